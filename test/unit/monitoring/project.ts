import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { normal, temporaryFolder, writeData } from './data';

/** A project folder with one monitor over a request log, and helpers that put data where it looks. */
export interface MonitoredProject {
  root: string;
  /** Request log with columns like the reference's, shifted by so many standard deviations. */
  score(shift: number, seed?: number): Promise<void>;
  /** Removes the request log. */
  forget(): Promise<void>;
  remove(): Promise<void>;
}

export const log = 'serving/production/requests/2024-11-24.jsonl';

const spec = `
version: 1
name: cards
params:
  rate: {type: number, default: 0.1}
datasets:
  payments: {path: data/payments.jsonl}
  scored: {path: "serving/production/requests/*.jsonl"}
stages:
  train:
    run: node train.mjs \${{ params.rate }} \${{ outputs.model }}
    inputs: [train.mjs]
    outputs: {model: build/model.txt}
  report:
    run: node -e "process.exit(9)"
monitors:
  live:
    reference: datasets.payments
    current: datasets.scored
    drift: {columns: all, share: 0.5}
    schedule: "0 0 * * *"
    on-alert: [notify, retrain]
retraining:
  quick: {stages: [train], params: {rate: 0.5}}
`;

/** Waits as long as there is a file \`hold\`. */
const train = `
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
while (existsSync('hold')) await new Promise((resolve) => setTimeout(resolve, 20));
mkdirSync('build', { recursive: true });
writeFileSync(process.argv[3], process.argv[2]);
`;

export async function monitoredProject(): Promise<MonitoredProject> {
  const { folder, remove } = await temporaryFolder();
  const root = await realpath(folder);
  await mkdir(path.join(root, 'data'));
  await writeFile(path.join(root, 'galley.yaml'), spec);
  await writeFile(path.join(root, 'train.mjs'), train);
  await writeData(path.join(root, 'data/payments.jsonl'), {
    amount: normal(1, 400, 20, 4),
    hour: normal(2, 400, 12, 3),
    fraud: normal(3, 400).map((value) => value > 1),
  });
  return {
    root,
    score: (shift, seed = 10) =>
      writeData(path.join(root, log), {
        amount: normal(seed, 300, 20 + shift * 4, 4),
        hour: normal(seed + 1, 300, 12 + shift * 3, 3),
        prediction: normal(seed + 2, 300),
        _time: normal(seed + 3, 300),
      }),
    forget: () => rm(path.join(root, log)),
    remove,
  };
}
