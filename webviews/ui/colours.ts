/** Red, green, blue (0 to 255) and alpha (0 to 1) of `#rgb`, `#rrggbb`, `#rrggbbaa` or `rgb(…)`; undefined otherwise. */
export function rgba(colour: string): [number, number, number, number] | undefined {
  const text = colour.trim();
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text)?.[1];
  if (hex !== undefined && [3, 4, 6, 8].includes(hex.length)) {
    const long = hex.length <= 4 ? [...hex].map((digit) => digit + digit).join('') : hex;
    const part = (at: number): number => Number.parseInt(long.slice(at, at + 2), 16);
    return [part(0), part(2), part(4), long.length === 8 ? part(6) / 255 : 1];
  }
  const numbers =
    /^rgba?\((.*)\)$/i
      .exec(text)?.[1]
      ?.split(/[\s,/]+/)
      .map(Number.parseFloat) ?? [];
  const [red, green, blue, alpha = 1] = numbers;
  if (red === undefined || green === undefined || blue === undefined || numbers.some(Number.isNaN))
    return undefined;
  return [red, green, blue, alpha];
}

/** The colour with its opacity multiplied; unreadable colours stay as they are. */
export function faded(colour: string, opacity: number): string {
  const parts = rgba(colour);
  if (!parts) return colour;
  const [red, green, blue, alpha] = parts;
  return `rgba(${String(red)}, ${String(green)}, ${String(blue)}, ${String(Math.round(alpha * opacity * 1000) / 1000)})`;
}
