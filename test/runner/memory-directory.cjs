'use strict';

// Test trees lie in memory where there is enough of it: on a disk each write of a journal (O_DSYNC) waits for that disk. All workers of a run get the
// same directory, and whatever a test leaves in it is gone after the run.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const MEMORY = '/dev/shm';
/** Enough for all tests at once; containers often have 64 MB. */
const LEAST_BYTES = 1024 ** 3;

function hasRoom(directory) {
  try {
    fs.accessSync(directory, fs.constants.W_OK);
    const { bavail, bsize } = fs.statfsSync(directory);
    return bavail * bsize >= LEAST_BYTES;
  } catch {
    return false;
  }
}

module.exports = async () => {
  globalThis.tmpdirBefore = process.env.TMPDIR;
  // somebody who sets TMPDIR wants the trees there, for instance on a disk
  const parent = process.env.TMPDIR === undefined && hasRoom(MEMORY) ? MEMORY : os.tmpdir();
  process.env.TMPDIR = fs.mkdtempSync(path.join(parent, 'cdk-efs-backup-tests-'));
};
