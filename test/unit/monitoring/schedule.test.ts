import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { dueSince, nextDue } from '../../../engine/monitoring/schedule';

const time = (hour: number, minute: number, second = 0) =>
  new Date(2024, 10, 25, hour, minute, second).getTime();

describe('schedules of monitors', () => {
  it('are due once for everything missed, and not again once done', () => {
    assert.equal(dueSince('0 * * * *', time(9, 0), time(12, 30)), time(12, 0));
    assert.equal(dueSince('0 * * * *', time(12, 0), time(12, 30)), undefined);
    assert.equal(dueSince('0 * * * *', time(11, 59, 59), time(12, 0)), time(12, 0));
    assert.equal(dueSince('0 * * * *', time(12, 10), time(12, 59, 59)), undefined);
    assert.equal(nextDue('30 3 * * 1', time(12, 0)), new Date(2024, 11, 2, 3, 30).getTime());
    assert.equal(nextDue('0 0 30 2 *', time(12, 0)), undefined);
    assert.throws(() => dueSince('every hour', 0, 1));
    assert.throws(() => dueSince('0 0 0 * * *', 0, 1), 'six fields');
  });

  it('are never due in the future or at a time that was done', () => {
    const minute = fc.integer({ min: 0, max: 59 });
    const moment = fc.integer({ min: time(0, 0), max: time(23, 59) });
    fc.assert(
      fc.property(minute, moment, moment, (at, since, now) => {
        const due = dueSince(`${at} */3 * * *`, since, now);
        if (due !== undefined) assert.ok(due > since && due <= now);
        else assert.ok((nextDue(`${at} */3 * * *`, since) ?? Infinity) > now - 1000);
      }),
    );
  });
});
