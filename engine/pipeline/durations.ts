const secondsPer: Record<string, number> = { d: 86_400, h: 3_600, m: 60, s: 1 };

/**
 * Seconds of a duration such as `2h`, `15m`, `10s` or `1h30m`.
 * @returns undefined when the text is no duration
 */
export function parseDuration(text: string): number | undefined {
  if (!/^(?=.)(\d+d)?(\d+h)?(\d+m)?(\d+s)?$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([dhms])/g))
    seconds += Number(amount) * (secondsPer[unit ?? ''] ?? 0);
  return seconds;
}
