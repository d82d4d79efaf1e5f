import type { ParamSpec, ParamValue } from './spec';

/** Why a param does not take a value, as a sentence about it; undefined when it does. */
export function paramProblem(name: string, param: ParamSpec, value: ParamValue): string | undefined {
  const shown = JSON.stringify(value);
  const wanted = { string: 'text', number: 'a number', integer: 'a whole number', boolean: 'true or false' }[
    param.type
  ];
  if (!hasType(param, value)) return `\`${name}\` takes ${wanted}, not ${shown}.`;
  if (param.options !== undefined && !param.options.includes(value))
    return `\`${name}\` takes one of ${param.options.map((option) => JSON.stringify(option)).join(', ')}, not ${shown}.`;
  if (typeof value !== 'number') return undefined;
  if (param.minimum !== undefined && value < param.minimum)
    return `\`${name}\` takes ${param.minimum} or more, not ${shown}.`;
  if (param.maximum !== undefined && value > param.maximum)
    return `\`${name}\` takes ${param.maximum} or less, not ${shown}.`;
  return undefined;
}

function hasType(param: ParamSpec, value: ParamValue): boolean {
  switch (param.type) {
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'integer':
      return Number.isSafeInteger(value);
  }
}

/** Text that a person gives for a param, as a value of its type; undefined when it is none. */
export function paramFromText(param: ParamSpec, text: string): ParamValue | undefined {
  switch (param.type) {
    case 'string':
      return text;
    case 'boolean':
      return { true: true, false: false }[text.trim().toLowerCase()];
    case 'number':
    case 'integer': {
      if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text)) return undefined;
      return Number(text);
    }
  }
}
