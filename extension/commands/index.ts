import { acknowledgeAlert } from './acknowledge-alert';
import { addBackend } from './add-backend';
import { approveDeployment } from './approve-deployment';
import { checkDrift } from './check-drift';
import { compareRuns } from './compare-runs';
import { copyServingUrl } from './copy-serving-url';
import { createPipeline } from './create-pipeline';
import { deployModel } from './deploy-model';
import { openAlert } from './open-alert';
import { openExperiments } from './open-experiments';
import { openMonitor } from './open-monitor';
import { openRun } from './open-run';
import { openStage } from './open-stage';
import { refresh } from './refresh';
import { registerModel } from './register-model';
import { rejectDeployment } from './reject-deployment';
import { retrain } from './retrain';
import { reviewDeployment } from './review-deployment';
import { rollBackDeployment } from './roll-back-deployment';
import { rollOutDeployment } from './roll-out';
import { runPipelineWithParams } from './run-pipeline-with-params';
import { runPipeline } from './run-pipeline';
import { runStage } from './run-stage';
import { setAlias } from './set-alias';
import { showGalleyLog } from './show-galley-log';
import { showLog } from './show-log';
import { showMoreRuns } from './show-more-runs';
import { showRunning } from './show-running';
import { stopDeployment } from './stop-deployment';
import { stopRun } from './stop-run';
import { testModel } from './test-model';
import { withdrawDeployment } from './withdraw-deployment';
import * as vscode from 'vscode';
import { reportError } from '../error-report';
import type { Services } from '../services';
import { targetOf } from '../target';
import type { GalleyCommand } from './command';

/** Every command of the extension; `package.json` has the title and the place of each. */
export const commands: readonly GalleyCommand[] = [
  acknowledgeAlert,
  addBackend,
  approveDeployment,
  checkDrift,
  compareRuns,
  copyServingUrl,
  createPipeline,
  deployModel,
  openAlert,
  openExperiments,
  openMonitor,
  openRun,
  openStage,
  refresh,
  registerModel,
  rejectDeployment,
  retrain,
  reviewDeployment,
  rollBackDeployment,
  rollOutDeployment,
  runPipeline,
  runPipelineWithParams,
  runStage,
  setAlias,
  showGalleyLog,
  showLog,
  showMoreRuns,
  showRunning,
  stopDeployment,
  stopRun,
  testModel,
  withdrawDeployment,
];

/** Registers the commands; what one throws is shown to the person with its remedy. */
export function registerCommands(services: Services): vscode.Disposable {
  const registered = commands.map(({ id, run }) =>
    vscode.commands.registerCommand(id, async (argument: unknown, selection: unknown) => {
      const target = targetOf(argument);
      const rows = Array.isArray(selection) ? selection.flatMap((row) => targetOf(row) ?? []) : [];
      try {
        return await run(services, target, rows);
      } catch (error) {
        reportError(error, services.log, target?.root);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
