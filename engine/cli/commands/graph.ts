import { Option } from 'commander';
import { graphAsMermaid, graphAsText } from '../../pipeline/format/graph';
import { stageEdges, stageGraph } from '../../pipeline/graph';
import { loadPipeline } from '../../pipeline/load';
import type { RegisterCommand } from '../context';
import { onlySpec } from '../only-spec';

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
