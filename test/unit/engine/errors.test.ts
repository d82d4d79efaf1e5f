import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { GalleyError, errorData, fromErrorData } from '../../../engine/errors';

describe('errors', () => {
  it('crosses a process border unchanged', () => {
    const error = new GalleyError('locked', 'mlflow.db is locked.', {
      remedy: 'Close the other program.',
      subject: 'mlflow.db',
    });
    const back = fromErrorData(JSON.parse(JSON.stringify(errorData(error))));
    assert.deepEqual(back.data, error.data);
    assert.equal(back.message, 'mlflow.db is locked.');
  });

  it('keeps the stack of an unexpected error as detail and gives a remedy', () => {
    const data = errorData(new TypeError('x is not a function'));
    assert.equal(data.code, 'failed');
    assert.match(data.message, /x is not a function/);
    assert.match(data.detail ?? '', /errors\.test/);
    assert.ok(data.remedy);
  });
});
