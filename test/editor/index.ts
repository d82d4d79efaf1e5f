import { readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

/**
 * Entry that VS Code calls inside its extension host (`extensionTestsPath`), in the browser host and on the desktop
 * alike. Where the outcome goes stands in the environment, because a remote extension host has no other way out.
 */
export async function run(): Promise<void> {
  const output = process.env['GALLEY_EDITOR_REPORT'];
  const reporter = process.env['GALLEY_EDITOR_REPORTER'];
  if (output === undefined || reporter === undefined) throw new Error('start these suites with npm test');
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, reporter, reporterOptions: { output } });
  const suites = readdirSync(__dirname).filter((file) => file.endsWith('.test.js'));
  for (const suite of suites.sort()) mocha.addFile(path.join(__dirname, suite));
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}
