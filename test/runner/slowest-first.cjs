'use strict';

// The slowest files first, so that the workers end at about the same time. What Jest remembers of an earlier run counts, where there was one; in a
// fresh clone, test/runner/slowest.json does (`TEST_TIMES=test/runner/slowest.json npx jest --ci` writes it).
const fs = require('node:fs');
const path = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

const ROOT = path.dirname(path.dirname(__dirname));
const SECONDS = JSON.parse(fs.readFileSync(path.join(__dirname, 'slowest.json'), 'utf8'));

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests.map((test) => ({ ...test, duration: test.duration ?? 1000 * (SECONDS[path.relative(ROOT, test.path)] ?? 0) })));
  }
};
