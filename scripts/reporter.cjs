/** Mocha reporter: the spec report on the screen, and every test's outcome as JSON in the file `output`. */
const fs = require('node:fs');
const path = require('node:path');
const mocha = require('mocha');

module.exports = class extends mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const output = options.reporterOptions?.output ?? options.reporterOption?.output;
    const tests = [];
    const record = (state) => (test, error) =>
      tests.push({
        title: test.fullTitle(),
        file: test.file,
        state,
        duration: test.duration ?? 0,
        error: error?.stack ?? error?.message,
      });
    runner.on('pass', record('passed'));
    runner.on('fail', record('failed'));
    runner.on('pending', record('skipped'));
    runner.once('end', () => {
      fs.mkdirSync(path.dirname(output), { recursive: true });
      fs.writeFileSync(output, JSON.stringify(tests));
    });
  }
};
