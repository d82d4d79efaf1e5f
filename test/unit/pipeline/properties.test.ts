import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { analyse } from '../../../engine/pipeline/analyse';
import { analyseBackends } from '../../../engine/pipeline/connected-backends';
import type { Range } from '../../../engine/pipeline/diagnostics';
import { LineIndex } from '../../../engine/pipeline/lines';
import { completionsAt } from '../../../language-server/completion';
import { hoverAt } from '../../../language-server/hover';
import { readDocument } from '../../../language-server/spec-document';
import { symbolsOf } from '../../../language-server/document-symbols';
import { mutated } from './edits';

function assertInside(text: string, range: Range): void {
  const lines = text.split(/\r\n|\n|\r/);
  for (const { line, character } of [range.start, range.end]) {
    assert.ok(line >= 0 && line < lines.length, `line ${line} of ${lines.length}`);
    assert.ok(
      character >= 0 && character <= (lines[line]?.length ?? 0),
      `character ${character} in line ${line}`,
    );
  }
  const order = range.end.line - range.start.line || range.end.character - range.start.character;
  assert.ok(order >= 0, 'a range must not end before it starts');
}

describe('analysis of any text', function () {
  this.timeout(0);

  it('never throws, and every place is within the text', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const { diagnostics, symbols, references } = analyse(text, { file: 'f' });
        for (const { range, message, related } of diagnostics) {
          assertInside(text, range);
          assert.match(message, /[.?!]$/);
          for (const place of related ?? []) assertInside(text, place.range);
        }
        for (const { range, nameRange } of symbols) {
          assertInside(text, range);
          assertInside(text, nameRange);
        }
        for (const { range } of references) assertInside(text, range);
        analyseBackends(text, { file: 'b' });
      }),
      { numRuns: 150 },
    );
  });

  it('never throws in the features of the editor, wherever the cursor is', () => {
    fc.assert(
      fc.property(mutated, fc.nat(), (text, at) => {
        const document = readDocument('file:///x/galley.yaml', 'spec', text);
        const position = document.source.lines.position(at % (text.length + 1));
        completionsAt(document, position);
        hoverAt(document, position);
        for (const { range, selectionRange } of symbolsOf(document)) {
          assertInside(text, range);
          assert.ok(
            selectionRange.start.line >= range.start.line && selectionRange.end.line <= range.end.line,
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('counts lines and characters as editors do', () => {
    const unit = fc.constantFrom('a', '\n', '\r', '\r\n', '😀', 'é', ' ');
    fc.assert(
      fc.property(fc.string({ unit }), fc.nat(40), (text, at) => {
        const document = TextDocument.create('file:///f', 'yaml', 1, text);
        const index = new LineIndex(text);
        const position = index.position(at);
        assert.deepEqual(position, document.positionAt(at));
        assert.equal(index.offset(position), document.offsetAt(position));
      }),
    );
  });
});
