import { noChange } from 'lit';
import type { ElementPart, PartInfo } from 'lit/directive.js';
import { Directive, PartType, directive } from 'lit/directive.js';

export type CssProperties = Readonly<Record<string, string | undefined>>;

/**
 * Sets CSS properties of an element through the CSSOM. Lit's own `styleMap` writes a style attribute at first
 * rendering, which the pages' content security policy forbids.
 */
class Cssom extends Directive {
  private readonly now = new Map<string, string>();

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('cssom() stands on the element itself.');
  }

  render(properties: CssProperties): typeof noChange {
    void properties;
    return noChange;
  }

  override update(part: ElementPart, [properties]: [CssProperties]): typeof noChange {
    const { style } = part.element as HTMLElement;
    for (const name of this.now.keys()) {
      if (properties[name] === undefined) {
        style.removeProperty(name);
        this.now.delete(name);
      }
    }
    for (const [name, value] of Object.entries(properties)) {
      if (value === undefined || this.now.get(name) === value) continue;
      style.setProperty(name, value);
      this.now.set(name, value);
    }
    return noChange;
  }
}

/** `<div ${cssom({ width: '3px', '--x': '1' })}>` */
export const cssom = directive(Cssom);
