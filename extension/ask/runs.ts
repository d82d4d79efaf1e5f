import * as vscode from 'vscode';
import { GalleyError } from '../../engine/errors';
import type { RunDetail } from '../../engine/protocol';
import type { Services } from '../services';
import type { Target } from '../target';
import { runFacts } from '../views/experiments';
import { runIcon } from '../views/state-icons';
import { askRoot } from './projects';
import { choose, leftPrompt, type Choice } from './prompts';

/** Runs offered in a quick pick; older ones are reached from the experiments page. */
const mostOffered = 200;

function runChoice(detail: RunDetail): Choice<RunDetail> {
  return {
    label: detail.run.name,
    description: runFacts(detail, []),
    iconPath: runIcon(detail.run.status),
    value: detail,
  };
}

/** Newest runs of all experiments of a project that satisfy a condition. */
async function offered(
  { engine }: Services,
  root: string,
  fits: (detail: RunDetail) => boolean,
): Promise<RunDetail[]> {
  const experimentIds = (await engine.request('experiments/list', { root })).map(({ id }) => id);
  if (experimentIds.length === 0) return [];
  const { runs } = await engine.request('runs/list', { root, experimentIds, limit: mostOffered, offset: 0 });
  return runs.filter(fits);
}

function nothingToChoose(what: string): GalleyError {
  return new GalleyError('not-found', `There is no ${what}.`, {
    remedy: 'Run a pipeline first.',
    action: { title: 'Run Pipeline', command: 'galley.runPipeline' },
  });
}

/**
 * The run that a command is about.
 * @param what says which runs fit, for the message when there is none, e.g. `running run`
 */
export async function askRun(
  services: Services,
  target: Target | undefined,
  title: string,
  what: string,
  fits: (detail: RunDetail) => boolean,
): Promise<{ root: string; detail: RunDetail }> {
  const root = await askRoot(services, target, title);
  if (target?.runId !== undefined) {
    return { root, detail: await services.engine.request('runs/get', { root, runId: target.runId }) };
  }
  const runs = await offered(services, root, fits);
  if (runs.length === 0) throw nothingToChoose(what);
  return { root, detail: await choose(title, `Choose the ${what}`, runs.map(runChoice)) };
}

/** At least two runs of a project. */
export async function askRuns(
  services: Services,
  target: Target | undefined,
  title: string,
): Promise<{ root: string; runs: RunDetail[] }> {
  const root = await askRoot(services, target, title);
  const runs = await offered(services, root, () => true);
  if (runs.length < 2) throw nothingToChoose('second run to compare with');
  const chosen = await vscode.window.showQuickPick(
    runs.map((detail) => ({ ...runChoice(detail), picked: detail.run.id === target?.runId })),
    {
      title,
      placeHolder: 'Choose at least two runs',
      canPickMany: true,
      matchOnDescription: true,
      ignoreFocusOut: true,
    },
  );
  if (chosen === undefined || chosen.length === 0) throw leftPrompt();
  if (chosen.length === 1) {
    throw new GalleyError('invalid', 'One run cannot be compared with itself.', {
      remedy: 'Choose at least two.',
      action: { title: 'Choose Runs', command: 'galley.compareRuns' },
    });
  }
  return { root, runs: chosen.map(({ value }) => value) };
}
