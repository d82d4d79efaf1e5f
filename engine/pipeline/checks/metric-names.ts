import { nearest, question } from '../suggestions';
import type { Whole } from '../whole';

/**
 * Warns of metrics of tests that no stage declares. Code may log what nobody declares, so this is said only where there
 * is reason: runs have logged metrics and never this one, or a declared metric is spelt nearly the same.
 */
export function checkMetricNames({ blocks, declared, workspace, tell, isFull }: Whole): void {
  const logged = workspace.metrics;
  for (const placed of blocks) {
    if (isFull()) return;
    for (const { name, range } of placed.block.facts.metricUses) {
      if (declared.metrics.has(name) || logged?.has(name) === true) continue;
      const suggestion = nearest(name, new Set([...declared.metrics, ...(logged ?? [])]));
      const isNeverLogged = logged !== undefined && logged.size > 0;
      if (suggestion === undefined && !isNeverLogged) continue;
      const who = isNeverLogged ? 'No run has logged and no stage declares' : 'No stage declares';
      const message = `${who} the metric \`${name}\`.${question(suggestion)}`;
      tell('unknown-metric', 'warning', placed, range, message, { suggestion });
    }
  }
}
