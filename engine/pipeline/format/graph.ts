import type { PipelineSpec } from '../spec';
import type { StageGraph } from '../types';

/** The graph as text: each stage in a valid order, with what it needs. */
export function graphAsText({ order, dependsOn }: StageGraph): string {
  const width = Math.max(0, ...order.map((name) => name.length));
  return order
    .map((name) => {
      const needs = dependsOn[name] ?? [];
      return needs.length === 0 ? name : `${name.padEnd(width)}  needs ${needs.join(', ')}`;
    })
    .join('\n');
}

const label = (text: string) => `"${text.replaceAll('#', '#35;').replaceAll('"', '#quot;')}"`;

/** The graph with models and deployments as a Mermaid flowchart, left to right. */
export function graphAsMermaid(spec: PipelineSpec, { order, dependsOn }: StageGraph): string {
  const stageIds = new Map(order.map((name, index) => [name, `stage${index}`]));
  const models = new Set([
    ...Object.values(spec.stages).flatMap(({ model }) => model?.name ?? []),
    ...Object.values(spec.deployments).map(({ model }) => model),
  ]);
  const modelIds = new Map([...models].map((name, index) => [name, `model${index}`]));
  const deployments = Object.entries(spec.deployments);
  const deploymentIds = new Map(deployments.map(([name], index) => [name, `deployment${index}`]));
  const arrow = (from: string | undefined, to: string | undefined, kind = '-->') =>
    from === undefined || to === undefined ? [] : [`  ${from} ${kind} ${to}`];
  return [
    'flowchart LR',
    ...order.map((name) => `  ${stageIds.get(name) ?? ''}[${label(name)}]`),
    ...[...modelIds].map(([name, id]) => `  ${id}([${label(name)}])`),
    ...[...deploymentIds].map(([name, id]) => `  ${id}{{${label(name)}}}`),
    ...order.flatMap((name) =>
      (dependsOn[name] ?? []).flatMap((need) => arrow(stageIds.get(need), stageIds.get(name))),
    ),
    ...Object.entries(spec.stages).flatMap(([name, { model }]) =>
      arrow(stageIds.get(name), modelIds.get(model?.name ?? '')),
    ),
    ...deployments.flatMap(([name, { model, after }]) => [
      ...arrow(modelIds.get(model), deploymentIds.get(name)),
      ...arrow(deploymentIds.get(after ?? ''), deploymentIds.get(name), '-.->'),
    ]),
  ].join('\n');
}
