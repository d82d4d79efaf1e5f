import path from 'node:path';
import { childOf, entriesOf, itemsOf, textOf } from '../../nodes';
import type { SpecNode, Span } from '../../nodes';
import { normalPath } from '../../paths';
import type { Source } from '../../report';

/** A path that a stage of DVC reads or makes. */
export interface DvcPath {
  stage: string;
  /** As written. */
  written: string;
  /** Relative to the file's folder, in one form; undefined when a `${…}` decides it. */
  place: string | undefined;
  span: Span;
}

/** A stage of DVC; of `foreach`, the stage in `do`. */
export interface DvcStage {
  name: string;
  nameSpan: Span;
  span: Span;
  body: SpecNode;
  /** There is one for each of several values. */
  isRepeated: boolean;
  deps: DvcPath[];
  outs: DvcPath[];
}

/** Stages of a `dvc.yaml`, with their paths. */
export function dvcStages({ root }: Source): DvcStage[] {
  return entriesOf(childOf(root, 'stages')).map(({ key, keySpan, value }): DvcStage => {
    const body = childOf(value, 'do') ?? value;
    const wdir = textOf(childOf(body, 'wdir')) ?? '.';
    const read = (field: string) => pathsOf(childOf(body, field), key, wdir);
    return {
      name: key,
      nameSpan: keySpan,
      span: { start: keySpan.start, end: Math.max(keySpan.end, value.span.end) },
      body,
      isRepeated: childOf(value, 'foreach') !== undefined || childOf(value, 'matrix') !== undefined,
      deps: read('deps'),
      outs: [...read('outs'), ...read('metrics'), ...read('plots')],
    };
  });
}

/** Items are paths, or maps whose keys are paths. */
function pathsOf(node: SpecNode | undefined, stage: string, wdir: string): DvcPath[] {
  return itemsOf(node).flatMap((item): DvcPath[] => {
    const written = textOf(item);
    if (written !== undefined) return [pathOf(written, item.span, stage, wdir)];
    return entriesOf(item).map(({ key, keySpan }) => pathOf(key, keySpan, stage, wdir));
  });
}

function pathOf(written: string, span: Span, stage: string, wdir: string): DvcPath {
  const isKnown = !written.includes('${') && !wdir.includes('${') && !/^\w+:\/\//.test(written);
  const place = isKnown
    ? normalPath(path.posix.isAbsolute(written) ? written : path.posix.join(wdir, written))
    : undefined;
  return { stage, written, place, span };
}
