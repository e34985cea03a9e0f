// What a case needs inside the guest: mounts of its own, the client's operation counters, calls of the shipped worker.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The exported directory, as the server sees it; undefined outside the guest. */
export const SERVER = process.env.NFS_RIG_SERVER;
const here = path.dirname(fileURLToPath(import.meta.url));
export const INVOKE = path.join(here, 'invoke.mjs');
export const WORKER = process.env.BENCH_BUNDLE ?? path.join(here, '..', 'assets', 'lambda', 'file-system-worker.lambda', 'index.js');
let mounts = 0;

/** A new client of the exported directory: nothing cached, counters at zero. The options are those that EFS recommends. */
export function mount(extra = '') {
  if (!SERVER) {
    throw new Error('this runs inside the guest: start it with bench/run.mjs');
  }
  const place = `/mnt/client-${mounts += 1}`;
  mkdirSync(place);
  execFileSync('mount.nfs4', ['127.0.0.1:/', place, '-o', `vers=4.1,hard,timeo=600,retrans=2,noresvport,nosharecache${extra}`]);
  return place;
}

/** Ends a client, so that it does nothing any more while others are measured. */
export function unmount(place) {
  execFileSync('umount', [place]);
}

/** Who the server takes its clients for: as they say, or uid 0 whoever they are, as an access point of EFS does that enforces a user. */
export function exportAs(user) {
  const options = user === 'ROOT' ? 'all_squash,anonuid=0,anongid=0' : 'no_root_squash';
  execFileSync('exportfs', ['-o', `rw,insecure,no_subtree_check,fsid=0,${options}`, `*:${SERVER}`]);
}

/** How often the client of a mount called each operation, as /proc/self/mountstats counts it; what was never called is left out. */
export function operations(place) {
  const sections = readFileSync('/proc/self/mountstats', 'utf8').split(/^device /m);
  const section = sections.find((text) => text.split(' ').includes(place) && text.includes(`mounted on ${place} with`));
  const lines = section.slice(section.indexOf('per-op statistics')).matchAll(/^\s+([A-Z0-9_]+): (\d+) (\d+)/gm);
  return Object.fromEntries([...lines].map(([, name, , transmissions]) => [name, Number(transmissions)]).filter(([, count]) => count > 0));
}

/** What a client of the server does for itself, on its own schedule: not the doing of the program that is measured. */
const HOUSEKEEPING = ['SEQUENCE', 'RENEW', 'NULL', 'EXCHANGE_ID', 'CREATE_SESSION', 'RECLAIM_COMPLETE'];

/** The operations between two looks at the counters. */
export function difference(before, after) {
  return Object.fromEntries(Object.keys(after).sort().filter((name) => !HOUSEKEEPING.includes(name))
    .map((name) => [name, after[name] - (before[name] ?? 0)]).filter(([, count]) => count !== 0));
}

export const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);

/** The environment that the construct gives the worker. */
export const workerEnvironment = (place, onPlainDirectory = false) => ({
  ...process.env, MOUNT_PATH: place, UV_THREADPOOL_SIZE: '64', ...(onPlainDirectory ? { MOUNT_CHECK: 'DIRECTORY' } : {}),
});

/** Runs the shipped bundle in a process of its own until it says that it is done; answers with its last answer, or with the error that it threw. */
export function callWorker(place, event, { seconds = 300, uid } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [INVOKE, WORKER, JSON.stringify(event)], {
    env: workerEnvironment(place), encoding: 'utf8', timeout: seconds * 1000, ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  if (status !== 0) {
    throw new Error(`the worker ended with ${status}: ${stderr}`);
  }
  const { answer, error, message } = JSON.parse(stdout);
  return answer ?? { error, message };
}

/** The name of a recovery directory that was made so many seconds ago. */
export const recoveryDirectory = (secondsAgo, number = 0) =>
  `aws-backup-restore_${new Date(Date.now() - secondsAgo * 1000).toISOString().replace(/[:.]/g, '-').replace('Z', `${String(number).padStart(6, '0')}Z`)}`;
