import { Option } from 'commander';
import { GalleyError } from '../../errors';
import { graphAsMermaid, graphAsText } from '../../pipeline/format/graph';
import { stageEdges, stageGraph } from '../../pipeline/graph';
import { findSpecFiles, loadPipeline } from '../../pipeline/load';
import type { RegisterCommand } from '../context';

const formats = ['text', 'json', 'mermaid'] as const;

/** `galley graph`: the stages of a pipeline and what each needs. Exit 2 when the spec has errors. */
export const registerGraph: RegisterCommand = (program, context) => {
  program
    .command('graph')
    .description('show the stages of a pipeline and what each needs')
    .argument('[file]', 'spec file; the only one of this folder when not given')
    .addOption(new Option('--format <format>', 'what to print').choices(formats).default('text'))
    .action(async (file: string | undefined, { format }: { format: (typeof formats)[number] }) => {
      const root = context.cwd();
      const loaded = await loadPipeline(root, file ?? (await onlySpec(root)));
      const graph = stageGraph(loaded.spec);
      const value = {
        file: loaded.file,
        pipeline: loaded.spec.name,
        ...graph,
        edges: stageEdges(loaded.spec).map(({ stage, on, text }) => ({ stage, needs: on, by: text })),
      };
      context.print(value, format === 'json' ? 'json' : 'text', () =>
        format === 'mermaid' ? graphAsMermaid(loaded.spec, graph) : graphAsText(graph),
      );
    });
};

async function onlySpec(root: string): Promise<string> {
  const files = await findSpecFiles(root);
  if (files.includes('galley.yaml')) return 'galley.yaml';
  const [only] = files;
  if (only === undefined)
    throw new GalleyError('not-found', `There is no galley.yaml in ${root}.`, {
      remedy: 'Name the spec file.',
    });
  if (files.length > 1)
    throw new GalleyError('invalid', `There are several spec files: ${files.join(', ')}.`, {
      remedy: 'Name one of them.',
    });
  return only;
}
