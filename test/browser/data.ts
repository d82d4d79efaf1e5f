import type { Alert, ColumnDrift, MonitorCheck, MonitorStatus } from '../../engine/monitoring/types';
import type { DeploymentReview, MetricSeries, RunDetail } from '../../engine/protocol';
import type { Experiment, MetricPoint, RunStatus } from '../../engine/tracking/types';
import type { ModelVersion } from '../../engine/registry/types';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Small deterministic generator (mulberry32), so that pictures stay the same. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const experiment: Experiment = {
  id: '1',
  name: 'card-fraud',
  artifactLocation: 'file:///work/mlruns/1',
  lifecycleStage: 'active',
  createdAt: 0,
  updatedAt: 0,
  tags: {},
};

const animals = ['otter', 'fox', 'mole', 'heron', 'lynx', 'newt', 'crane', 'vole', 'ibis', 'stoat'];
const moods = ['brave', 'calm', 'shy', 'keen', 'merry', 'bold', 'wry', 'quick', 'sly', 'mild'];

export function runId(index: number): string {
  return (index + 1).toString(16).padStart(32, '0');
}

/** A run of the example pipeline; `index` counts back from the newest. */
export function run(index: number, now: number, more: { status?: RunStatus; name?: string } = {}): RunDetail {
  const next = random(index + 7);
  const status = more.status ?? 'FINISHED';
  const startedAt = now - 90_000 - index * 47 * minute;
  const trees = [100, 120, 200, 400][index % 4] ?? 100;
  const rate = [0.05, 0.1, 0.2][index % 3] ?? 0.1;
  const auc = 0.915 + 0.03 * next() - 0.004 * (index % 5);
  const metric = (key: string, value: number): [string, MetricPoint] => [
    key,
    { key, value, timestamp: startedAt + 80_000, step: trees },
  ];
  const finished = status !== 'RUNNING' && status !== 'SCHEDULED';
  return {
    run: {
      id: runId(index),
      experimentId: '1',
      name: more.name ?? `${moods[index % 10]}-${animals[(index * 3) % 10]}-${1284 - index}`,
      status,
      startedAt,
      ...(finished ? { endedAt: startedAt + 71_000 + Math.round(next() * 40_000) } : {}),
      artifactUri: `mlruns/1/${runId(index)}/artifacts`,
      lifecycleStage: 'active',
      params: {
        trees: String(trees),
        learning_rate: String(rate),
        depth: '3',
        months: '3',
        payments: '12000',
      },
      metrics: Object.fromEntries([
        metric('auc', auc),
        metric('log_loss', 0.21 - 0.08 * (auc - 0.9)),
        metric('train_auc', auc + 0.021),
        metric('train_log_loss', 0.17 - 0.1 * (auc - 0.9)),
        [...metric('precision_at_capacity', 0.41 + 0.1 * next())] as [string, MetricPoint],
      ]),
      tags: {
        'mlflow.source.git.commit':
          index < 4 ? 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678' : 'e4f5a6b7c8d90123456789abcdef0123456789ab',
        'mlflow.user': 'ana',
      },
      datasets: [],
    },
    versions: index === 2 ? [{ model: 'card-fraud', version: '7' }] : [],
    ...(status === 'RUNNING'
      ? {
          state: {
            runId: runId(index),
            experimentId: '1',
            runName: 'brave-otter',
            pipeline: 'card-fraud',
            spec: 'galley.yaml',
            status: 'RUNNING' as const,
            params: {},
            stages: [
              { name: 'prepare', status: 'cached' as const, attempt: 1 },
              { name: 'train', status: 'running' as const, startedAt, attempt: 1 },
            ],
            startedAt,
            process: { pid: 1, started: '1' },
          },
        }
      : {}),
  };
}

/** A plausible mix: the newest runs, one failed and one stopped. */
export function runs(count: number, now: number): RunDetail[] {
  return Array.from({ length: count }, (_, index) =>
    run(index, now, {
      status: index === 0 ? 'RUNNING' : index === 5 ? 'FAILED' : index === 8 ? 'KILLED' : 'FINISHED',
    }),
  );
}

/** A learning curve that ends near the run's last value. */
export function series(
  { run: { id, metrics, startedAt } }: RunDetail,
  key: string,
  length = 120,
): MetricSeries {
  const next = random(Number.parseInt(id.slice(-6), 16) * 31 + key.length);
  const pace = 3 + 5 * next();
  const single = key === 'precision_at_capacity';
  const end = metrics[key]?.value ?? 0;
  const loss = key.includes('loss');
  const count = single ? 1 : length;
  const values = Array.from({ length: count }, (_, i) => {
    const part = Math.exp((-pace * i) / count);
    return single ? end : end + (loss ? 0.45 : -0.32) * part + (next() - 0.5) * 0.012;
  });
  return {
    runId: id,
    key,
    steps: values.map((_, i) => i + 1),
    timestamps: values.map((_, i) => startedAt + 9000 + i * 540),
    values,
  };
}

function version(number: string, aliases: string[], now: number): ModelVersion {
  return {
    name: 'card-fraud',
    version: number,
    createdAt: now - day,
    updatedAt: now - day,
    source: 'runs:/1/model',
    status: 'READY',
    tags: {},
    aliases,
  };
}

const li = { name: 'Li Wei', email: 'li@example.com', assurance: 'signed' as const };
const ana = { name: 'Ana Costa', email: 'ana@example.com', assurance: 'authenticated' as const };

/** A request that waits for the reader's approval, with everything that a review can have. */
export function review(now: number): DeploymentReview {
  const binding = {
    model: 'card-fraud',
    version: '12',
    digest: '9f3c1b7a'.repeat(8),
    commit: 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678',
    deployment: 'production',
    target: 'local',
    policyDigest: '77e1c0de'.repeat(8),
  };
  const candidate = run(1, now - day, { name: 'keen-heron-1283' });
  candidate.run.params['learning_rate'] = '0.05';
  const incumbent = run(2, now - 9 * day, { name: 'shy-crane-1282' });
  const metric = (key: string, value: number): MetricPoint => ({ key, value, timestamp: now, step: 1 });
  Object.assign(candidate.run.metrics, {
    auc: metric('auc', 0.947112),
    log_loss: metric('log_loss', 0.1712),
    latency_p95_ms: metric('latency_p95_ms', 6.1),
    worst_country_auc: metric('worst_country_auc', 0.88),
  });
  Object.assign(incumbent.run.metrics, {
    auc: metric('auc', 0.938007),
    log_loss: metric('log_loss', 0.1903),
    latency_p95_ms: metric('latency_p95_ms', 5.8),
    worst_country_auc: metric('worst_country_auc', 0.86),
  });
  return {
    request: {
      id: 'c0ffee0',
      binding,
      requestedBy: li,
      requestedAt: now - 2 * hour,
      comment: 'Retrained on October; amount drifted since the 3rd.',
      status: 'waiting',
      reason: 'It waits for one more approval.',
      policy: {
        required: 2,
        from: ['ana@example.com', 'li@example.com', 'sam@example.com', 'kim@example.com'],
        allowRequester: false,
      },
      approvals: [{ who: ana, at: now - 40 * minute, comment: 'Slices look fine.', counts: true }],
      waitingForMe: true,
    },
    candidate: { version: version('12', ['challenger'], now), run: candidate.run },
    incumbent: { version: version('7', ['champion'], now), run: incumbent.run },
    tests: [
      {
        name: 'good-enough',
        status: 'passed',
        message: 'auc is 0.947, at least 0.8 is asked.',
        at: now - day,
      },
      {
        name: 'no-worse',
        status: 'passed',
        message: 'auc rose by 0.009; a drop of 0.01 is allowed.',
        at: now - day,
      },
      { name: 'fair', status: 'passed', message: 'src/fairness.py ended with 0.', at: now - day },
    ],
    lastCheck: check(now),
    code: {
      base: 'e4f5a6b7c8d90123456789abcdef0123456789ab',
      head: binding.commit,
      files: [
        { path: 'src/train.py', added: 41, removed: 12 },
        { path: 'src/features.py', added: 18, removed: 2 },
        { path: 'galley.yaml', added: 3, removed: 3 },
      ],
    },
    rollout: 'canary 10 % → 50 % → 100 %, 15 min each',
    events: [
      {
        id: 'e1',
        kind: 'requested',
        request: 'c0ffee0',
        deployment: 'production',
        at: now - 2 * hour,
        who: li,
        comment: 'Retrained on October; amount drifted since the 3rd.',
        binding,
      },
      {
        id: 'e2',
        kind: 'approved',
        request: 'c0ffee0',
        deployment: 'production',
        at: now - 40 * minute,
        who: ana,
        comment: 'Slices look fine.',
        binding,
      },
    ],
    me: { name: 'Sam Okafor', email: 'sam@example.com' },
  };
}

function histogram(bins: number, centre: number, spread: number): number[] {
  const raw = Array.from({ length: bins }, (_, i) =>
    Math.exp(-(((i + 0.5) / bins - centre) ** 2) / (2 * spread ** 2)),
  );
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((value) => value / sum);
}

function numeric(column: string, score: number, shift: number): ColumnDrift {
  const bins = 20;
  return {
    column,
    kind: 'numeric',
    method: 'wasserstein',
    score,
    scoreIs: 'distance',
    threshold: 0.1,
    drifted: score >= 0.1,
    severity: score / 0.1,
    distribution: {
      edges: Array.from({ length: bins + 1 }, (_, i) => i * 12.5),
      reference: histogram(bins, 0.32, 0.16),
      current: histogram(bins, 0.32 + shift, 0.16 + shift / 4),
    },
    missing: { reference: 0.002, current: 0.031 },
  };
}

function categorical(
  column: string,
  score: number,
  categories: string[],
  reference: number[],
  current: number[],
): ColumnDrift {
  return {
    column,
    kind: 'categorical',
    method: 'jensenshannon',
    score,
    scoreIs: 'distance',
    threshold: 0.1,
    drifted: score >= 0.1,
    severity: score / 0.1,
    distribution: { categories, reference, current },
    missing: { reference: 0, current: 0 },
  };
}

/** A check in which three of six columns drift. */
export function check(now: number): MonitorCheck {
  const columns = [
    numeric('amount', 0.3127, 0.12),
    numeric('hour', 0.0412, 0.01),
    categorical(
      'merchant',
      0.0789,
      ['grocery', 'travel', 'electronics', 'fuel', 'other'],
      [0.34, 0.12, 0.18, 0.2, 0.16],
      [0.31, 0.14, 0.2, 0.19, 0.16],
    ),
    categorical(
      'country',
      0.1544,
      ['PT', 'ES', 'FR', 'MT', 'DE'],
      [0.52, 0.24, 0.12, 0.02, 0.1],
      [0.38, 0.27, 0.13, 0.11, 0.11],
    ),
    numeric('device_age_days', 0.4871, 0.2),
    numeric('payments_last_day', 0.0203, 0.005),
  ];
  return {
    monitor: 'live',
    deployment: 'production',
    at: now - 20 * minute,
    drift: {
      reference: { source: 'data/transactions.parquet', rows: 36_000 },
      current: { source: 'serving/production/requests/*.jsonl', rows: 2000 },
      columns,
      driftedColumns: 3,
      share: 0.5,
      shareThreshold: 0.3,
      drifted: true,
      skipped: [{ column: 'transaction_id', reason: 'It is an identifier: every value is different.' }],
      computation: 'exact',
      at: now - 20 * minute,
    },
    alert: true,
  };
}

export function alert(now: number): Alert {
  return {
    id: 'live-1',
    monitor: 'live',
    deployment: 'production',
    openedAt: now - 5 * hour,
    lastSeenAt: now - 20 * minute,
    count: 5,
    summary: 'device_age_days, amount and country drift.',
    columns: [{ column: 'device_age_days', score: 0.4871, threshold: 0.1 }],
  };
}

export function monitor(now: number): MonitorStatus {
  const next = random(3);
  return {
    name: 'live',
    spec: 'galley.yaml',
    deployment: 'production',
    reference: 'datasets.transactions',
    current: 'datasets.scored',
    schedule: '0 * * * *',
    last: check(now),
    openAlert: alert(now),
    timeline: Array.from({ length: 48 }, (_, i) => ({
      at: now - (47 - i) * hour - 20 * minute,
      share: i > 42 ? 0.5 : Math.round(next() * 1.4) / 6,
      performance: 0.93 - i * 0.0009 + (next() - 0.5) * 0.008,
      alert: i > 42,
    })),
  };
}
