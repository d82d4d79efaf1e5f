import type { Services } from '../services';
import type { Target } from '../target';

/** A verb of the palette; one file per verb exports one of these. */
export interface GalleyCommand {
  id: `galley.${string}`;
  /**
   * Does it, asking for what the target leaves open. Failures are thrown and shown by the caller.
   * @param selected every selected tree row, the clicked one included
   * @returns something useful to whoever runs the command from code
   */
  run(services: Services, target: Target | undefined, selected: Target[]): Promise<unknown>;
}
