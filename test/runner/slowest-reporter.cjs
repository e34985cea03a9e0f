'use strict';

// Tells the ten slowest test files at the end, and fails the run where one takes longer than it may.
// LONGEST_TEST_FILE_SECONDS: what a file may take, left out as long as it likes. TEST_TIMES: a file to write the times to.
const fs = require('node:fs');
const path = require('node:path');

const TOLD = 10;
/** Shorter ones do not matter to the order in which the files run. */
const LEAST_SECONDS = 2;

module.exports = class SlowestReporter {
  constructor({ rootDir }) {
    this.rootDir = rootDir;
    this.files = [];
    this.longest = Number(process.env.LONGEST_TEST_FILE_SECONDS || Infinity);
  }

  onTestFileResult({ path: file }, { perfStats: { start, end } }) {
    this.files.push({ file: path.relative(this.rootDir, file), seconds: (end - start) / 1000 });
  }

  onRunComplete() {
    this.files.sort((a, b) => b.seconds - a.seconds);
    if (this.files.length > 1) {
      console.log(`\nSlowest test files:\n${this.files.slice(0, TOLD).map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`).join('\n')}`);
    }
    if (process.env.TEST_TIMES) {
      const times = this.files.filter(({ seconds }) => seconds >= LEAST_SECONDS).map(({ file, seconds }) => [file, Math.round(seconds)]);
      fs.writeFileSync(process.env.TEST_TIMES, `${JSON.stringify(Object.fromEntries(times), undefined, 2)}\n`);
    }
  }

  getLastError() {
    const late = this.files.filter(({ seconds }) => seconds > this.longest);
    if (late.length > 0) {
      return new Error(`no test file may take more than ${this.longest} seconds, so that what one has changed is tested soon: ${late.map(({ file, seconds }) => `${file} took ${seconds.toFixed(1)}`).join(', ')}; `
        + 'split it, or give its rounds to npm run test:endurance');
    }
    return undefined;
  }
};
