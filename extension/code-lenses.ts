import path from 'node:path';
import { realpath } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Position } from '../engine/pipeline/diagnostics';
import type { SpecSymbol } from '../engine/pipeline/types';
import type { DeploymentStatus } from '../engine/deployment/types';
import type { PipelineSummary } from '../engine/protocol';
import { wasUsed } from './attention';
import type { Engine } from './engine-client';
import { ago, facts } from './facts';
import type { ProjectRoots } from './project-roots';
import { isSpecFile } from './spec-files';
import type { Target } from './target';
import { deploymentFacts, isOpen } from './views/deployments';
import { stageState } from './views/pipelines';

/** Longer texts are not analysed in the host; the language server still looks after them. */
const longestText = 500_000;

/** What the engine knows of a project; empty before the first answer. */
interface Known {
  pipelines: PipelineSummary[];
  deployments: DeploymentStatus[];
}

const stateMarks: Record<string, string> = {
  finished: '$(pass)',
  cached: '$(pass-filled)',
  failed: '$(error)',
  running: '$(loading~spin)',
  killed: '$(circle-slash)',
  skipped: '$(debug-step-over)',
  waiting: '$(clock)',
};

function lens(at: Position, title: string, command: string, target: Target): vscode.CodeLens {
  const range = new vscode.Range(at.line, 0, at.line, 0);
  // A plain space beside an icon is swallowed.
  return new vscode.CodeLens(range, { title: title.replace(') ', ')\u00a0'), command, arguments: [target] });
}

function pipelineLenses(text: string, target: Target, hasParams: boolean): vscode.CodeLens[] {
  const lines = text.split('\n');
  const stagesLine = lines.findIndex((line) => /^stages\s*:/.test(line));
  if (stagesLine < 0) return [];
  const at = { line: stagesLine, character: 0 };
  return [
    lens(at, '$(play) Run pipeline', 'galley.runPipeline', target),
    ...(hasParams ? [lens(at, 'Run with params…', 'galley.runPipelineWithParams', target)] : []),
  ];
}

function stageLenses(stage: SpecSymbol, target: Target, known: Known): vscode.CodeLens[] {
  const at = stage.nameRange.start;
  const own = { ...target, stage: stage.name };
  const run = lens(at, '$(play) Run stage', 'galley.runStage', own);
  const summary = known.pipelines
    .find(({ file }) => file === target.spec)
    ?.stages.find(({ name }) => name === stage.name);
  const last = summary?.last;
  if (summary === undefined || last === undefined) return [run];
  const when = last.endedAt === undefined ? undefined : ago(last.endedAt);
  const words = facts(stageState(summary), last.status === 'failed' ? undefined : when);
  const state = `${stateMarks[last.status] ?? ''} ${words}`.trim();
  return [run, lens(at, state, 'galley.openRun', { ...own, runId: last.runId })];
}

function deploymentLenses(deployment: SpecSymbol, target: Target, known: Known): vscode.CodeLens[] {
  const at = deployment.nameRange.start;
  const own = { ...target, deployment: deployment.name };
  const status = known.deployments.find(({ name, spec }) => name === deployment.name && spec === target.spec);
  const open = status?.requests.filter(isOpen)[0];
  return [
    lens(at, '$(rocket) Deploy…', 'galley.deployModel', own),
    ...(open === undefined
      ? []
      : [
          lens(at, `$(checklist) Review v${open.binding.version}`, 'galley.reviewDeployment', {
            root: target.root,
            requestId: open.id,
          }),
        ]),
    ...(status?.version === undefined
      ? []
      : [lens(at, deploymentFacts(status), 'galley.deployments.focus', own)]),
  ];
}

/** Lenses of one text. */
export async function specLenses(
  text: string,
  target: Target & { spec: string },
  known: Known,
): Promise<vscode.CodeLens[]> {
  if (text.length > longestText) return [];
  // Loaded with the first spec file on screen, so that activation stays short.
  const { analyse } = await import('../engine/pipeline/analyse');
  const { symbols } = analyse(text, { file: target.spec });
  const lenses = pipelineLenses(
    text,
    target,
    symbols.some(({ kind }) => kind === 'param'),
  );
  for (const symbol of symbols) {
    const own = { ...target, [symbol.kind]: symbol.name };
    if (symbol.kind === 'stage') lenses.push(...stageLenses(symbol, target, known));
    else if (symbol.kind === 'deployment') lenses.push(...deploymentLenses(symbol, target, known));
    else if (symbol.kind === 'monitor')
      lenses.push(lens(symbol.nameRange.start, '$(pulse) Check drift', 'galley.checkDrift', own));
    else if (symbol.kind === 'retraining')
      lenses.push(lens(symbol.nameRange.start, '$(history) Retrain', 'galley.retrain', own));
  }
  return lenses;
}

function enabled(): boolean {
  return vscode.workspace.getConfiguration('galley').get('codeLens.enabled', true);
}

/** Lenses on spec files: run, deploy, check, and how it went the last time. */
export function registerCodeLenses(engine: Engine, roots: ProjectRoots): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const known = new Map<string, Known>();
  const asking = new Set<string>();

  /** Asks in the background, and only in a project that has something to tell: a fresh one starts no process. */
  async function learn(root: string): Promise<void> {
    if (asking.has(root) || !vscode.workspace.isTrusted || !(await wasUsed(root))) return;
    asking.add(root);
    try {
      const [pipelines, deployments] = await Promise.all([
        engine.request('pipelines/list', { root }),
        engine.request('deployments/list', { root }).catch(() => []),
      ]);
      known.set(root, { pipelines, deployments });
      changed.fire();
    } catch {
      // The Pipelines view shows why; lenses do without the last state.
    } finally {
      asking.delete(root);
    }
  }

  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    async provideCodeLenses(document) {
      if (!isSpecFile(document.uri) || !vscode.workspace.isTrusted || !enabled()) return [];
      const root = await roots.of(document.uri);
      if (root === undefined) return [];
      const file = await realpath(document.uri.fsPath).catch(() => document.uri.fsPath);
      const spec = path.relative(root, file).split(path.sep).join('/');
      const state = known.get(root);
      if (state === undefined) void learn(root);
      return specLenses(document.getText(), { root, spec }, state ?? { pipelines: [], deployments: [] });
    },
  };
  return vscode.Disposable.from(
    changed,
    vscode.languages.registerCodeLensProvider(
      [
        { scheme: 'file', pattern: '**/galley.yaml' },
        { scheme: 'file', pattern: '**/*.galley.yaml' },
      ],
      provider,
    ),
    engine.onDidChange(({ root, topics }) => {
      if (topics.some((topic) => topic === 'pipelines' || topic === 'runs' || topic === 'deployments'))
        void learn(root);
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('galley.codeLens')) changed.fire();
    }),
    roots.onDidChange(() => changed.fire()),
  );
}
