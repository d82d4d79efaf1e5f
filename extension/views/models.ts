import type { ThemeIcon } from 'vscode';
import type { DeploymentStatus } from '../../engine/deployment/types';
import {
  versionTags,
  type ModelVersion,
  type RegisteredModel,
  type TestResult,
} from '../../engine/registry/types';
import type { Engine } from '../engine-client';
import { counted, facts, moment } from '../facts';
import { tooltip } from '../markdown';
import { headMetric } from './experiments';
import { icon, type LoadNodes, type TreeNode } from './tree';

const versionsShown = 50;

/** Test results as kept in the version's tags; empty when they were never evaluated or cannot be read. */
export function testResults(version: ModelVersion): TestResult[] {
  try {
    const parsed: unknown = JSON.parse(version.tags[versionTags.tests] ?? '[]');
    return Array.isArray(parsed) ? (parsed as TestResult[]) : [];
  } catch {
    // Another tool may have written over the tag; the tests can be evaluated again.
    return [];
  }
}

function testFacts(tests: TestResult[]): string | undefined {
  if (tests.length === 0) return undefined;
  const passed = tests.filter(({ status }) => status === 'passed').length;
  return `tests ${passed}/${tests.length} ${passed === tests.length ? '✓' : '✗'}`;
}

function versionIcon(tests: TestResult[]): ThemeIcon {
  if (tests.length === 0) return icon('tag');
  return tests.every(({ status }) => status === 'passed')
    ? icon('tag', 'testing.iconPassed')
    : icon('tag', 'testing.iconFailed');
}

async function versionNode(
  engine: Engine,
  root: string,
  version: ModelVersion,
  deployments: DeploymentStatus[],
): Promise<TreeNode> {
  const detail =
    version.runId === undefined
      ? undefined
      : // The run may have been deleted; the version stays.
        await engine.request('runs/get', { root, runId: version.runId }).catch(() => undefined);
  const tests = testResults(version);
  const served = deployments
    .filter((deployment) => deployment.model === version.name && deployment.version === version.version)
    .map(({ name }) => name);
  return {
    id: `${root}/model/${version.name}/${version.version}`,
    label: `v${version.version}`,
    description: facts(
      detail === undefined ? undefined : headMetric(detail, []),
      testFacts(tests),
      [...version.aliases, ...served].join(', '),
    ),
    tooltip: tooltip(`${version.name} v${version.version}`, version.description, [
      ['Aliases', version.aliases.join(', ')],
      ['In service in', served.join(', ')],
      ['Run', detail?.run.name ?? version.runId],
      ['Commit', version.tags[versionTags.commit]?.slice(0, 7)],
      ['Digest', version.tags[versionTags.digest]?.slice(0, 12)],
      ['Registered', moment(version.createdAt)],
      ...tests.map(({ name, message }): [string, string] => [`Test ${name}`, message]),
    ]),
    icon: versionIcon(tests),
    contextValue: version.runId === undefined ? 'version' : 'version.run',
    target: {
      root,
      model: version.name,
      version: version.version,
      ...(version.runId === undefined ? {} : { runId: version.runId }),
    },
    ...(version.runId === undefined
      ? {}
      : {
          command: {
            title: 'Open Run',
            command: 'galley.openRun',
            arguments: [{ root, runId: version.runId }],
          },
        }),
  };
}

function modelNode(
  engine: Engine,
  root: string,
  { model, versions }: { model: RegisteredModel; versions: ModelVersion[] },
  deployments: DeploymentStatus[],
): TreeNode {
  const champion = model.aliases['champion'];
  return {
    id: `${root}/model/${model.name}`,
    label: model.name,
    description: facts(
      champion === undefined ? undefined : `champion v${champion}`,
      counted(model.versionCount, 'version'),
    ),
    tooltip: tooltip(model.name, model.description, [
      [
        'Aliases',
        Object.entries(model.aliases)
          .map(([alias, version]) => `${alias} v${version}`)
          .join(', '),
      ],
      ['Created', moment(model.createdAt)],
    ]),
    icon: icon('package'),
    contextValue: 'model',
    target: { root, model: model.name },
    expanded: true,
    ...(versions.length === 0
      ? {}
      : {
          children: () =>
            Promise.all(
              versions
                .slice(0, versionsShown)
                .map((version) => versionNode(engine, root, version, deployments)),
            ),
        }),
  };
}

/** Registered models with their versions, newest first. */
export function modelNodes(engine: Engine): LoadNodes {
  return async (root) => {
    const [models, deployments] = await Promise.all([
      engine.request('models/list', { root }),
      // Where a version serves is one fact of many: without it the models are still worth showing.
      engine.request('deployments/list', { root }).catch(() => []),
    ]);
    return models.map((entry) => modelNode(engine, root, entry, deployments));
  };
}
