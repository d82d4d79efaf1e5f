import type { CommandEnd } from './stage-process';
import type { StageOutcome } from './scheduler';

/** MLflow's limit for a tag's value is 8,000 characters; older servers take 5,000. */
const longestReason = 5000;

/** What the end of a stage's command means for the stage. */
export function commandOutcome(stage: string, end: CommandEnd): StageOutcome {
  switch (end.kind) {
    case 'exit':
      return end.code === 0
        ? { status: 'finished', exitCode: 0 }
        : { status: 'failed', exitCode: end.code, reason: exitReason(stage, end.code) };
    case 'signal':
      return {
        status: 'failed',
        reason:
          end.signal === 'SIGKILL'
            ? `Stage ${stage} was killed (SIGKILL), often because memory ran out.`
            : `Stage ${stage} was ended by signal ${end.signal}.`,
      };
    case 'not-found':
      return {
        status: 'failed',
        exitCode: 127,
        retry: false,
        reason: `Stage ${stage} failed: command not found: ${end.command}. Install it, or correct \`run\`.`,
      };
    case 'not-started':
      return {
        status: 'failed',
        retry: false,
        reason: `Stage ${stage} could not be started: ${end.message}`,
      };
    case 'stopped':
      return { status: 'failed', reason: `Stage ${stage} was stopped.` };
  }
}

function exitReason(stage: string, code: number): string {
  // A shell reports a child's signal as 128 + its number.
  if (code === 137) return `Stage ${stage} was killed (exit code 137), often because memory ran out.`;
  if (code === 126) return `Stage ${stage} failed: its command may not be executed (exit code 126).`;
  return `Stage ${stage} failed with exit code ${code}.`;
}

/** The reason of a run: one sentence, then the last lines of output, within MLflow's limit for a tag. */
export function reasonWithLines(sentence: string, lastLines: readonly string[]): string {
  const lines = [...lastLines];
  let text = [sentence, ...lines].join('\n');
  while (text.length > longestReason && lines.length > 0) {
    lines.shift();
    text = [sentence, ...lines].join('\n');
  }
  return text.slice(0, longestReason);
}
