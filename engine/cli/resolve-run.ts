import { GalleyError } from '../errors';
import type { Project } from '../project';

/**
 * The id of the run with that id, that beginning of an id, or that name (the newest of the name). Runs that Galley did
 * not start, e.g. of a notebook, go by their whole id.
 * @throws GalleyError `not-found`, or `invalid` when several begin so
 */
export async function resolveRun(project: Project, text: string): Promise<string> {
  const states = await project.training.runs();
  const known = states.find((state) => state.runId === text || state.runName === text);
  if (known !== undefined) return known.runId;
  const matches = text.length >= 4 ? states.filter((state) => state.runId.startsWith(text)) : [];
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only.runId;
  if (matches.length === 0 && (await isInStore(project, text))) return text;
  throw new GalleyError(
    matches.length > 1 ? 'invalid' : 'not-found',
    matches.length > 1 ? `Several runs begin with ${text}.` : `There is no run ${text}.`,
    { remedy: 'galley runs list shows the runs.', subject: text },
  );
}

async function isInStore({ tracking }: Project, id: string): Promise<boolean> {
  try {
    await tracking.run(id);
    return true;
  } catch (error) {
    if (error instanceof GalleyError && error.code === 'not-found') return false;
    throw error;
  }
}
