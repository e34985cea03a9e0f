'use strict';

// Ends what a test file keeps in an AsyncLocalStorage. jest-circus makes one for each file and never ends it, and Node.js before 24 asks every one of
// them at every promise that is made: after 170 files, a promise took 40 times as long as at first.
const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment } = require('jest-environment-node');

const storages = new Set();
for (const method of ['run', 'enterWith']) {
  const begin = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function (...parameters) {
    storages.add(this);
    return begin.apply(this, parameters);
  };
}

module.exports = class extends TestEnvironment {
  async teardown() {
    await super.teardown();
    storages.forEach((storage) => storage.disable());
    storages.clear();
  }
};
