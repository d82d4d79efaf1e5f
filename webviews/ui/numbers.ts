/** Numbers as a person compares them: as many digits as tell the shown values apart, never more than six. */
const mostDigits = 6;
const fewestDigits = 3;

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '∞';
  if (value === -Infinity) return '−∞';
  return undefined;
}

/** A hyphen is narrower than a digit; the minus sign is not. */
const withMinus = (text: string): string => text.replace(/^-/, '−');

const scientific = (value: number, digits: number): string => {
  const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
  return `${mantissa}e${exponent.replace('+', '')}`;
};

function fixed(decimals: number): (value: number) => string {
  const format = new Intl.NumberFormat('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return (value) => {
    const text = format.format(value);
    return /^-[0.,]*$/.test(text) ? text.slice(1) : text;
  };
}

/** Shortest formatter out of `candidates` under which all of `values` stay different; the last one otherwise. */
function firstThatTellsApart(
  values: readonly number[],
  candidates: ((value: number) => string)[],
): (value: number) => string {
  for (const candidate of candidates) {
    if (new Set(values.map(candidate)).size === values.length) return candidate;
  }
  return candidates.at(-1) ?? String;
}

/**
 * A formatter for values shown under one another. All get the same number of decimals, so that they align;
 * the number is the smallest (at least three significant digits of the largest) that keeps different values different,
 * up to six significant digits. Very large, very small or widely spread values get an exponent.
 */
export function columnFormat(shown: Iterable<number>): (value: number) => string {
  const values = [...new Set([...shown].filter(Number.isFinite))];
  const sizes = values.filter((value) => value !== 0).map(Math.abs);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const smallest = sizes.reduce((a, b) => Math.min(a, b), Infinity);
  const finish = (format: (value: number) => string) => (value: number) =>
    special(value) ?? withMinus(format(value));
  if (largest < 1e15 && values.every(Number.isInteger)) return finish((value) => grouped.format(value));
  const digits = Array.from({ length: mostDigits - fewestDigits + 1 }, (_, i) => fewestDigits + i);
  if (largest >= 1e7 || smallest < 1e-4 * Math.min(1, largest)) {
    return finish(
      firstThatTellsApart(
        values,
        digits.map((count) => (value: number) => (value === 0 ? '0' : scientific(value, count))),
      ),
    );
  }
  const whole = Math.floor(Math.log10(largest)) + 1;
  const decimals = digits.map((count) => Math.max(0, count - whole));
  const enough =
    decimals.find((count) => new Set(values.map(fixed(count))).size === values.length) ?? decimals.at(-1);
  return finish(fixed(withoutZeros(values, enough ?? 0)));
}

/** Fewer decimals when the last ones are zeros in all values. */
function withoutZeros(values: readonly number[], decimals: number): number {
  let count = decimals;
  while (count > 0 && values.every((value) => fixed(count)(value).endsWith('0'))) count -= 1;
  return count;
}

/** One number by itself, at most six significant digits and no trailing zeros. */
export function formatNumber(value: number): string {
  const name = special(value);
  if (name !== undefined) return name;
  if (value === 0) return '0';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return withMinus(grouped.format(value));
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) {
    const [mantissa = '', exponent = ''] = scientific(value, mostDigits).split('e');
    return withMinus(`${String(Number(mantissa))}e${exponent}`);
  }
  const rounded = Number(value.toPrecision(mostDigits));
  return withMinus(new Intl.NumberFormat('en-US', { maximumFractionDigits: 20 }).format(rounded));
}

/** A share of one as percent: `33 %` (with a no-break space), with one decimal below ten percent when there is one. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  const decimals = Math.abs(percent) < 10 && Math.abs(percent - Math.round(percent)) > 0.05 ? 1 : 0;
  return special(percent) ?? `${withMinus(percent.toFixed(decimals))}\u00a0%`;
}

/** A count with thousands separated: `1,284`. */
export const formatCount = (count: number): string => grouped.format(count);

/** `1 run`, `1,284 runs`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** A size in bytes in decimal units: `812 B`, `4.2 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : String(Math.round(size))} ${units[unit] ?? ''}`;
}
