import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { splitBlocks } from '../../../engine/pipeline/blocks';
import { readModel } from '../../../engine/pipeline/model';
import type { SpecModel } from '../../../engine/pipeline/model';
import { plain } from '../../../engine/pipeline/nodes';
import { readSource } from '../../../engine/pipeline/source';
import { applyEdit, edits, example, mutated } from './edits';

const workspace = { backends: ['lab'], metrics: new Set(['auc']) };

/** All that a model says. */
function told({ analysis, root, unreadable, blocks }: SpecModel): unknown {
  const places = blocks.map(({ start, line, repeated }) => [start, line, repeated]);
  return { ...analysis, root, unreadable, places };
}

describe('incremental analysis', function () {
  this.timeout(0);

  it('says exactly what a fresh analysis says, after any edits', () => {
    fc.assert(
      fc.property(fc.array(edits, { minLength: 1, maxLength: 12 }), (changes) => {
        let text = example;
        let model = readModel(text, { file: 'f', workspace });
        for (const change of changes) {
          text = applyEdit(text, change);
          model = readModel(text, { file: 'f', workspace }, model);
          assert.deepEqual(told(model), told(readModel(text, { file: 'f', workspace })));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('reads only the block that changed', () => {
    const before = readModel(example, { file: 'f' });
    const text = example.replace('python src/prepare.py', 'python3 src/prepare.py');
    const after = readModel(text, { file: 'f' }, before);
    const kept = after.blocks.filter(({ block }) => before.blocks.some((other) => other.block === block));
    assert.equal(after.blocks.length - kept.length, 1);
    assert.ok(after.blocks.length > 8);
  });

  it('reads in blocks what the whole text says, and finds errors where it has some', () => {
    let cut = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        if (splitBlocks(text) === undefined) return;
        const model = readModel(text, { file: 'f' });
        const hasErrors = ({ analysis }: SpecModel) =>
          analysis.diagnostics.some(({ severity }) => severity === 'error');
        // The mark of a document's end says nothing, but a text with it is read as a whole.
        assert.equal(hasErrors(model), hasErrors(readModel(`${text}\n...\n`, { file: 'f' })));
        const whole = readSource(text, 'f');
        const broken = [...whole.diagnostics, ...model.analysis.diagnostics].some(
          ({ code, severity }) => severity === 'error' && code === 'yaml-syntax',
        );
        if (broken) return;
        cut++;
        const wholeRoot = whole.root === undefined ? undefined : plain(whole.root);
        assert.deepEqual(model.root === undefined ? undefined : plain(model.root), wholeRoot);
      }),
      { numRuns: 150 },
    );
    assert.ok(cut > 5, `only ${cut} texts were sound`);
  });

  it('puts every node where it stands in the whole text', () => {
    assert.deepEqual(readModel(example, { file: 'f' }).root, readSource(example, 'f').root);
  });
});
