import { SemanticTokensBuilder } from 'vscode-languageserver/node';
import type { Range, SemanticTokens, SemanticTokensLegend } from 'vscode-languageserver/node';
import { shifted } from '../engine/pipeline/whole';
import type { SpecDocument } from './spec-document';

/** Kinds of tokens, in the order in which the protocol numbers them. */
export const semanticLegend = {
  tokenTypes: ['operator', 'namespace', 'variable', 'property', 'function', 'parameter', 'string'],
  tokenModifiers: [],
} satisfies SemanticTokensLegend;

type TokenType = (typeof semanticLegend.tokenTypes)[number];

const type = (name: TokenType) => semanticLegend.tokenTypes.indexOf(name);

/** Kinds of the steps of a reference, after its first one. */
const kindsOfSteps: Record<string, readonly TokenType[]> = {
  params: ['parameter'],
  datasets: ['variable', 'property'],
  stages: ['function', 'namespace', 'variable'],
  outputs: ['variable'],
  env: ['variable'],
  model: ['property'],
  run: ['property'],
};

/** Tokens of the references in a document, or in a part of it: YAML's own colours stay to the editor. */
export function semanticTokensOf({ model }: SpecDocument, part?: Range): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const { block, line } of model?.blocks ?? [])
    for (const { range, content, contentRange } of block.expressions) {
      const whole = shifted(range, line);
      if (part !== undefined && (whole.end.line < part.start.line || whole.start.line > part.end.line))
        continue;
      // A reference over several lines is none.
      if (whole.start.line !== whole.end.line) continue;
      builder.push(whole.start.line, whole.start.character, 3, type('operator'), 0);
      pushSteps(builder, content, shifted(contentRange, line));
      builder.push(whole.end.line, whole.end.character - 2, 2, type('operator'), 0);
    }
  return builder.build();
}

function pushSteps(builder: SemanticTokensBuilder, content: string, { start }: Range): void {
  const steps = content.split('.');
  const [root = ''] = steps;
  let character = start.character;
  steps.forEach((step, index) => {
    const kind = index === 0 ? 'namespace' : (kindsOfSteps[root]?.[index - 1] ?? 'string');
    if (/^[\w-]+$/.test(step)) builder.push(start.line, character, step.length, type(kind), 0);
    character += step.length + 1;
  });
}
