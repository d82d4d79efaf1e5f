/** Colours of runs: eight that colour-blind readers can tell apart, and a dash pattern more for each further eight. */
export type ThemeKind = 'dark' | 'light' | 'high-contrast' | 'high-contrast-light';

const onDark = ['#4FA8E8', '#E69F00', '#00DAA7', '#CF2791', '#D2F34A', '#7A57F2', '#F9C1FD', '#8D6C1F'];
const onLight = ['#0068A8', '#C25E00', '#309D8B', '#B41C62', '#A05EF7', '#733D00', '#620A6B', '#001DAD'];

const dashes: number[][] = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/** How a run is drawn. */
export interface RunStyle {
  colour: string;
  /** Lengths of dash and gap in pixels; empty for a solid line. */
  dash: number[];
}

/** The colours by slot for a theme. */
export function palette(theme: ThemeKind): readonly string[] {
  return theme === 'dark' || theme === 'high-contrast' ? onDark : onLight;
}

/** Style of a slot: 0 to 7 are solid, the next eight dashed, and so on. */
export function styleOf(slot: number, theme: ThemeKind): RunStyle {
  const colours = palette(theme);
  return {
    colour: colours[slot % colours.length] ?? '#888888',
    dash: dashes[Math.floor(slot / colours.length) % dashes.length] ?? [],
  };
}

/**
 * Gives each selected run a slot. A run that has one keeps it for as long as it is selected; a new run takes the
 * lowest free slot, so that few runs get the most different colours.
 */
export function assignSlots(
  previous: Readonly<Record<string, number>>,
  selected: readonly string[],
): Record<string, number> {
  const slots: Record<string, number> = {};
  const taken = new Set<number>();
  for (const id of selected) {
    const slot = previous[id];
    if (slot === undefined || taken.has(slot)) continue;
    slots[id] = slot;
    taken.add(slot);
  }
  let next = 0;
  for (const id of selected) {
    if (slots[id] !== undefined) continue;
    while (taken.has(next)) next += 1;
    slots[id] = next;
    taken.add(next);
  }
  return slots;
}
