import { InvalidArgumentError, Option } from 'commander';

/** `--format text|json`, which every command has. */
export function formatOption(): Option {
  return new Option('--format <format>', 'how the result is printed')
    .choices(['text', 'json'])
    .default('text');
}

/** Reads an option that is a count. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Write a whole number from 1 on.');
  return value;
}
