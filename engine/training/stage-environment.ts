import { findExpressions } from '../pipeline/expressions';
import type { PlannedStage } from '../pipeline/types';
import { commandEnvironment } from '../processes/environment';

/** What a stage gets to log to its run. */
export interface TrackingAddress {
  url: string;
  token: string;
  runId: string;
  experimentId: string;
}

/** Settings of other tracking servers, which would win over the run's own. */
const overruled = [
  'MLFLOW_TRACKING_USERNAME',
  'MLFLOW_TRACKING_PASSWORD',
  'MLFLOW_TRACKING_AUTH',
  'MLFLOW_EXPERIMENT_NAME',
  'MLFLOW_REGISTRY_URI',
  'MLFLOW_WORKSPACE',
];

/** A proxy must not be asked for the loopback address. */
function withoutProxy(environment: NodeJS.ProcessEnv): void {
  for (const name of ['NO_PROXY', 'no_proxy']) {
    const hosts = (environment[name] ?? '').split(',').filter((host) => host.trim() !== '');
    for (const host of ['127.0.0.1', 'localhost']) if (!hosts.includes(host)) hosts.push(host);
    environment[name] = hosts.join(',');
  }
}

/**
 * Environment of a stage's command: the project's own, the run's tracking endpoint, and last the stage's `env`.
 * @param root the project's folder
 */
export function stageEnvironment(
  root: string,
  stage: PlannedStage,
  address: TrackingAddress,
): NodeJS.ProcessEnv {
  const environment = commandEnvironment(root);
  for (const name of overruled) Reflect.deleteProperty(environment, name);
  withoutProxy(environment);
  return {
    // MLflow warns on every import when there is no git; the run knows its commit.
    GIT_PYTHON_REFRESH: 'quiet',
    // Windows' Python otherwise writes its output in the machine's code page.
    PYTHONIOENCODING: 'utf-8',
    ...environment,
    MLFLOW_TRACKING_URI: address.url,
    MLFLOW_TRACKING_TOKEN: address.token,
    MLFLOW_RUN_ID: address.runId,
    MLFLOW_EXPERIMENT_ID: address.experimentId,
    // Links to the endpoint would be dead as soon as the stage has ended.
    MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT: 'true',
    GALLEY_RUN_ID: address.runId,
    GALLEY_STAGE: stage.name,
    ...stage.env,
  };
}

/** Whether the name of an environment variable says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return /token|secret|passw|credential|api_?key|access_?key|private_?key/i.test(name);
}

/**
 * Values of environment variables that a stage refers to and whose names say that they are secret; they are kept out
 * of the log.
 */
export function stageSecrets(stage: PlannedStage, environment: NodeJS.ProcessEnv): string[] {
  const texts = [stage.spec.run, ...Object.values(stage.spec.env)].flat();
  const names = texts
    .flatMap((text) => findExpressions(text))
    .flatMap(({ content }) => (content.startsWith('env.') ? [content.slice('env.'.length)] : []))
    .filter(isSecretName);
  // A very short value would black out half of the log and hides nothing.
  return names.flatMap((name) => environment[name] ?? []).filter((value) => value.length >= 6);
}
