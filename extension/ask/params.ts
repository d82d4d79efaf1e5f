import type { PipelineSummary } from '../../engine/protocol';
import { askText, choose } from './prompts';

type Param = PipelineSummary['params'][number];

/** What is wrong with a value's text for a type; limits are the engine's to check. */
export function paramProblem(type: string, text: string): string | undefined {
  const value = text.trim();
  if (type === 'integer') return /^[-+]?\d+$/.test(value) ? undefined : 'A whole number is needed.';
  if (type === 'number')
    return value !== '' && Number.isFinite(Number(value)) ? undefined : 'A number is needed.';
  if (type === 'boolean')
    return value === 'true' || value === 'false' ? undefined : 'true or false is needed.';
  return undefined;
}

/**
 * Asks for values that differ from the defaults, until the person chooses to run.
 * @returns only the changed ones
 */
export async function askParams(title: string, params: Param[]): Promise<Record<string, string>> {
  const changed: Record<string, string> = {};
  for (;;) {
    const missing = params.filter(
      (param) => param.default === undefined && changed[param.name] === undefined,
    );
    const ready = missing.length === 0;
    const chosen = await choose<Param | 'run'>(
      title,
      ready ? 'Run, or choose a param to change' : `A value is needed for ${missing[0]?.name ?? ''}`,
      [
        ...(ready ? [{ label: '$(play) Run', value: 'run' as const }] : []),
        ...params.map((param) => ({
          label: param.name,
          description: `${changed[param.name] ?? param.default ?? 'no value'}${param.name in changed ? ' (changed)' : ''}`,
          ...(param.description === undefined ? {} : { detail: param.description }),
          value: param,
        })),
      ],
    );
    if (chosen === 'run') return changed;
    const text = await askText({
      title,
      prompt: [`${chosen.name} (${chosen.type})`, chosen.description].filter(Boolean).join(': '),
      value: changed[chosen.name] ?? chosen.default ?? '',
      check: (value) => paramProblem(chosen.type, value),
    });
    if (text === chosen.default) Reflect.deleteProperty(changed, chosen.name);
    else changed[chosen.name] = text;
  }
}
