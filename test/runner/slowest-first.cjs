'use strict';

// The slowest files first, so that the workers end at about the same time. What Jest remembers of an earlier run counts, where there was one; in a
// fresh clone, test/runner/slowest.json does (`TEST_TIMES=test/runner/slowest.json npx jest --ci` writes it).
const fs = require('node:fs');
const path = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

const ROOT = path.dirname(path.dirname(__dirname));
const SECONDS = JSON.parse(fs.readFileSync(path.join(__dirname, 'slowest.json'), 'utf8'));

const secondsOf = ({ path: file, duration }) => (duration === undefined ? SECONDS[path.relative(ROOT, file)] ?? 0 : duration / 1000);

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => secondsOf(b) - secondsOf(a)); // the first sort gives each test the duration that Jest remembers
  }
};
