import { parseDuration } from './durations';
import { itemsOf, textOf, valueOf } from './nodes';
import type { SpecNode } from './nodes';
import type { CommandSpec, ParamValue } from './spec';

/** Whether a text may name something in a spec. */
export function isName(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_-]*$/.test(text);
}

/** `{[key]: value}`, or nothing to spread when there is no value. */
export function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

export function numberOf(node: SpecNode | undefined): number | undefined {
  const value = valueOf(node);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function integerOf(node: SpecNode | undefined): number | undefined {
  const value = numberOf(node);
  return value !== undefined && Number.isInteger(value) ? value : undefined;
}

export function booleanOf(node: SpecNode | undefined): boolean | undefined {
  const value = valueOf(node);
  return typeof value === 'boolean' ? value : undefined;
}

/** Texts of a list; items that are no text are left out. */
export function textsOf(node: SpecNode | undefined): string[] {
  return itemsOf(node).flatMap((item) => textOf(item) ?? []);
}

export function valuesOf(node: SpecNode | undefined): ParamValue[] {
  return itemsOf(node).flatMap((item) => valueOf(item) ?? []);
}

export function durationOf(node: SpecNode | undefined): number | undefined {
  const text = textOf(node);
  return text === undefined ? undefined : parseDuration(text);
}

/** A shell line or an argument vector; undefined when it is neither or empty. */
export function commandOf(node: SpecNode | undefined): CommandSpec | undefined {
  if (node?.kind === 'list') {
    const parts = valuesOf(node).map(String);
    return parts.length > 0 && parts.length === node.items.length ? parts : undefined;
  }
  const line = textOf(node);
  return line === undefined || line.trim() === '' ? undefined : line;
}
