// Inside the guest: the shipped worker on a real NFSv4.1 mount does what docs/worker.md says. Looked at from the server's side.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { promises as fs, chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { deletion, newName, workers } from './contenders.mjs';
import { callWorker, difference, exportAs, mount, operations, recoveryDirectory, SERVER, sum } from './rig.mjs';

const facts = { accessPointRoots: [], runningRestoreJobs: [], restoredSince: '1970-01-01T00:00:00Z' };
const results = [];
let number = 0;

/** One check with a directory of its own, seen by a client of its own that has looked at nothing yet. */
async function check(title, run) {
  number += 1;
  try {
    const measured = await run();
    results.push({ title, passed: true, ...(measured ? { measured } : {}) });
  } catch (error) {
    results.push({ title, passed: false, error: error.message.split('\n')[0] });
  }
  process.stderr.write(`${results.at(-1).passed ? 'passed' : 'FAILED'}: ${title} ${JSON.stringify(results.at(-1).measured ?? results.at(-1).error ?? '')}\n`);
}

/** Files by their path on the server; null stands for an empty directory, a list for a symbolic link to its first element. */
function make(tree, below = SERVER) {
  for (const [name, content] of Object.entries(tree)) {
    const file = `${below}/${name}`;
    mkdirSync(content === null ? file : file.slice(0, file.lastIndexOf('/')), { recursive: true });
    if (Array.isArray(content)) {
      symlinkSync(content[0], file);
    } else if (content !== null) {
      writeFileSync(file, content);
    }
  }
}
const onServer = (path) => `${SERVER}/${path}`;
const inode = (path) => lstatSync(onServer(path)).ino;

await check('a directory where nothing is mounted is refused', () => {
  mkdirSync('/mnt/not-mounted');
  assert.equal(callWorker('/mnt/not-mounted', { operation: 'survey' }).error, 'FileSystemNotMounted');
});

await check('survey and find name the recovery directory of the job', () => {
  const name = recoveryDirectory(60, number);
  make({ [`${name}/file`]: 'x', 'aws-backup-restore_nonsense/file': 'x', 'aws-backup-lost+found_x/file': 'x' });
  const place = mount();
  const survey = callWorker(place, { operation: 'survey' });
  const kinds = Object.fromEntries(survey.entries.map((entry) => [entry.name, entry.kind]));
  assert.equal(kinds[name], 'RECOVERY_DIRECTORY');
  assert.equal(kinds['aws-backup-restore_nonsense'], 'LOOKALIKE');
  const found = callWorker(place, {
    operation: 'find', before: survey.names.filter((other) => other !== name),
    job: { CreationDate: new Date(Date.now() - 120_000).toISOString(), CompletionDate: new Date().toISOString() },
  });
  assert.equal(found.directory, name);
  assert.equal(callWorker(place, { operation: 'find', before: survey.names, job: { CreationDate: new Date().toISOString() } }).error, 'RecoveryDirectoryNotFound');
});

await check('verify counts every type and misses what is missing', () => {
  const name = recoveryDirectory(60, number);
  make({ [`${name}/v/a/one`]: '12345', [`${name}/v/a/.hidden`]: '678', [`${name}/v/link`]: ['a'], [`${name}/v/empty`]: null });
  execFileSync('mkfifo', [onServer(`${name}/v/pipe`)]);
  const place = mount();
  const verified = callWorker(place, { operation: 'verify', directory: name, items: ['/v/a/one', '/v/link'] });
  assert.equal(verified.verdict, 'PASSED');
  assert.deepEqual(verified.counts, { files: 2, directories: 3, symbolicLinks: 1, others: 1, bytes: 8 });
  const missing = callWorker(place, { operation: 'verify', directory: name, items: ['/v/A/one', '/v/link/one'] });
  assert.equal(missing.verdict, 'FAILED');
  assert.equal(missing.findings.length, 2, 'a link on the way does not count as a directory');
});

await check('move: files, links and hard links into existing directories, a missing directory whole; then delete when empty', () => {
  const name = recoveryDirectory(60, number);
  make({
    'move/live/there': 'live',
    [`${name}/move/live/file`]: 'restored', [`${name}/move/live/.dot`]: 'dot', [`${name}/move/live/link`]: ['../nowhere'], [`${name}/move/live/dirlink`]: ['/etc'],
    [`${name}/move/live/first`]: 'twice', [`${name}/move/gone/deep/er/file`]: 'deep',
  });
  linkSync(onServer(`${name}/move/live/first`), onServer(`${name}/move/live/second`));
  writeFileSync(Buffer.concat([Buffer.from(onServer(`${name}/move/live/`)), Buffer.from([0x66, 0xff, 0xfe])]), 'bytes');
  chmodSync(onServer(`${name}/move/live/file`), 0o4751);
  execFileSync('chown', ['1234:5678', onServer(`${name}/move/live/.dot`)]);
  utimesSync(onServer(`${name}/move/live/file`), 1_000_000_000, 1_000_000_000);
  const before = Object.fromEntries(['live/file', 'live/link', 'live/first', 'gone', 'gone/deep/er/file'].map((path) => [path, inode(`${name}/move/${path}`)]));
  const place = mount();
  const counted = operations(place);
  const moved = callWorker(place, { operation: 'move', directory: name, conflictPolicy: 'FAIL' });
  const cost = difference(counted, operations(place));
  assert.equal(moved.outcome, 'MOVED', JSON.stringify(moved));
  assert.deepEqual(moved.counts, { moved: 8, replaced: 0, keptBoth: 0, skipped: 0, failed: 0 });
  for (const [path, ino] of Object.entries(before)) {
    assert.equal(inode(`move/${path}`), ino, `${path} is the same file`);
  }
  const file = lstatSync(onServer('move/live/file'));
  assert.deepEqual([file.mode & 0o7777, file.mtimeMs, file.nlink], [0o4751, 1_000_000_000_000, 1]); // eslint-disable-line no-bitwise
  assert.deepEqual([lstatSync(onServer('move/live/.dot')).uid, lstatSync(onServer('move/live/.dot')).gid], [1234, 5678]);
  assert.equal(readlinkSync(onServer('move/live/dirlink')), '/etc');
  assert.deepEqual([inode('move/live/first'), lstatSync(onServer('move/live/first')).nlink], [inode('move/live/second'), 2]);
  assert.ok(readdirSync(Buffer.from(onServer('move/live')), { encoding: 'latin1' }).includes('f\u00ff\u00fe'), 'a name that is no UTF-8');
  assert.deepEqual(readdirSync(onServer(`${name}/move/live`)), []);
  assert.equal(readFileSync(onServer('move/live/there'), 'utf8'), 'live');
  const event = { operation: 'delete', directory: name, ...facts, disposal: 'DELETE_WHEN_EMPTY' };
  const deleted = callWorker(place, event);
  assert.deepEqual([deleted.outcome, deleted.deletedEntries], ['DELETED', 3], JSON.stringify(deleted));
  assert.equal(existsSync(onServer(name)), false);
  assert.equal(existsSync(onServer('.cdk-efs-backup')), false, 'the records are gone');
  assert.equal(callWorker(place, event).outcome, 'ALREADY_GONE');
  return { move: cost };
});

await check('move under FAIL moves nothing at all if one file is in the way', () => {
  const name = recoveryDirectory(60, number);
  make({ 'fail/d/taken': 'live', [`${name}/fail/d/taken`]: 'restored', [`${name}/fail/d/free`]: 'restored' });
  const answer = callWorker(mount(), { operation: 'move', directory: name, conflictPolicy: 'FAIL' });
  assert.equal(answer.outcome, 'CONFLICT');
  assert.deepEqual(readdirSync(onServer('fail/d')), ['taken']);
  assert.equal(readFileSync(onServer('fail/d/taken'), 'utf8'), 'live');
});

for (const [policy, count, live] of [['SKIP', 'skipped', 'live'], ['KEEP_BOTH', 'keptBoth', 'live'], ['REPLACE', 'replaced', 'restored'], ['REPLACE_IF_OLDER', 'replaced', 'restored']]) {
  await check(`move under ${policy}: a file and a link in the way`, () => {
    const name = recoveryDirectory(60, number);
    make({ [`${policy}/d/taken`]: 'live', [`${policy}/d/link`]: ['live'], [`${name}/${policy}/d/taken`]: 'restored', [`${name}/${policy}/d/link`]: ['restored'] });
    execFileSync('touch', ['-h', '-d', '2001-01-01', onServer(`${policy}/d/taken`), onServer(`${policy}/d/link`)]);
    const answer = callWorker(mount(), { operation: 'move', directory: name, conflictPolicy: policy });
    assert.equal(answer.outcome, 'MOVED', JSON.stringify(answer));
    assert.equal(answer.counts[count], 2, JSON.stringify(answer));
    assert.equal(readFileSync(onServer(`${policy}/d/taken`), 'utf8'), live);
    assert.equal(readlinkSync(onServer(`${policy}/d/link`)), live);
    if (policy.startsWith('REPLACE')) {
      assert.equal(readFileSync(onServer(`.cdk-efs-backup/${name}/replaced/1/${policy}/d/taken`), 'utf8'), 'live', 'what was there is kept aside');
    }
    assert.equal(readdirSync(onServer(`${policy}/d`)).length, policy === 'KEEP_BOTH' ? 4 : 2);
  });
}

await check('move never goes through a symbolic link of the live tree', () => {
  const name = recoveryDirectory(60, number);
  make({ 'outside/file': 'untouched', 'through/link': ['/mnt/server/outside'], [`${name}/through/link/new`]: 'restored' });
  const answer = callWorker(mount(), { operation: 'move', directory: name, conflictPolicy: 'SKIP' });
  assert.equal(answer.counts.skipped, 1, JSON.stringify(answer));
  assert.deepEqual(readdirSync(onServer('outside')), ['file']);
});

await check('delete refuses: no record of a move, missing facts, somebody works in it, a symbolic link of that name', () => {
  const name = recoveryDirectory(60, number);
  make({ [`${name}/file`]: 'x' });
  const place = mount();
  const reasons = (more) => callWorker(place, { operation: 'delete', directory: name, ...facts, disposal: 'DELETE', ...more }).refusals.map(({ reason }) => reason);
  assert.deepEqual(reasons({}), ['RETENTION']);
  assert.deepEqual(reasons({ retentionSeconds: 1, accessPointRoots: undefined }), ['FACTS_MISSING']);
  assert.deepEqual(reasons({ retentionSeconds: 1, graceSeconds: 0 }), ['IN_USE']);
  assert.deepEqual(reasons({ retentionSeconds: 1, disposal: 'DELETE_WHEN_EMPTY' }), ['NOT_EMPTY']);
  const link = recoveryDirectory(61, number);
  symlinkSync(onServer('outside'), onServer(link));
  const refused = callWorker(mount(), { operation: 'delete', directory: link, ...facts, disposal: 'DELETE', retentionSeconds: 1 });
  assert.deepEqual(refused.refusals.map(({ reason }) => reason), ['NOT_A_DIRECTORY']);
  assert.ok(existsSync(onServer(`${name}/file`)) && existsSync(onServer('outside/file')));
});

await check('delete takes sticky and unwritable directories, links, pipes and names that are no UTF-8, and follows no link', () => {
  const name = recoveryDirectory(60, number);
  make({ [`${name}/sticky/file`]: 'x', [`${name}/closed/file`]: 'x', [`${name}/link`]: ['/mnt/server/outside'], [`${name}/up`]: ['..'] });
  chmodSync(onServer(`${name}/sticky`), 0o1777);
  chmodSync(onServer(`${name}/closed`), 0o000);
  execFileSync('mkfifo', [onServer(`${name}/pipe`)]);
  writeFileSync(Buffer.concat([Buffer.from(onServer(`${name}/`)), Buffer.from([0xff, 0x0a, 0xfe])]), 'bytes');
  const answer = callWorker(mount(), { operation: 'delete', directory: name, ...facts, disposal: 'DELETE', retentionSeconds: 1 });
  assert.deepEqual([answer.outcome, answer.deletedEntries], ['DELETED', 9], JSON.stringify(answer));
  assert.equal(existsSync(onServer(name)), false);
  assert.deepEqual(readdirSync(onServer('outside')), ['file']);
});

await check('move and undo: everything is where it was, the same files', () => {
  const name = recoveryDirectory(60, number);
  make({
    'undo/d/taken': 'live', 'undo/d/other': 'other',
    [`${name}/undo/d/taken`]: 'restored', [`${name}/undo/d/free`]: 'restored', [`${name}/undo/d/link`]: ['nowhere'], [`${name}/undo/gone/deep/file`]: 'restored',
  });
  const paths = ['undo/d/taken', 'undo/d/other', `${name}/undo/d/taken`, `${name}/undo/d/free`, `${name}/undo/d/link`, `${name}/undo/gone`, `${name}/undo/gone/deep/file`];
  const before = Object.fromEntries(paths.map((path) => [path, inode(path)]));
  const place = mount();
  const planned = callWorker(place, { operation: 'move', directory: name, conflictPolicy: 'REPLACE', dryRun: true });
  assert.equal(planned.outcome, 'PLANNED', JSON.stringify(planned));
  assert.deepEqual([planned.counts.moved, planned.counts.replaced], [3, 1], JSON.stringify(planned));
  assert.deepEqual(Object.fromEntries(paths.map((path) => [path, inode(path)])), before, 'a plan moves nothing');
  const moved = callWorker(place, { operation: 'move', directory: name, conflictPolicy: 'REPLACE' });
  assert.deepEqual([moved.outcome, moved.counts.moved, moved.counts.replaced], ['MOVED', 3, 1], JSON.stringify(moved));
  assert.equal(inode('undo/d/taken'), before[`${name}/undo/d/taken`]);
  const undone = callWorker(place, { operation: 'undo', directory: name });
  assert.deepEqual([undone.outcome, undone.counts.left], ['UNDONE', 0], JSON.stringify(undone));
  assert.deepEqual(Object.fromEntries(paths.map((path) => [path, inode(path)])), before);
  assert.deepEqual(readdirSync(onServer('undo')), ['d']);
  assert.deepEqual(readdirSync(onServer('undo/d')).sort(), ['other', 'taken']);
});

await check('quarantine and release: the same directory under another name and back, then deleted', () => {
  const name = recoveryDirectory(60, number);
  make({ [`${name}/d/file`]: 'x' });
  const place = mount();
  const event = { operation: 'delete', directory: name, ...facts, disposal: 'DELETE', retentionSeconds: 1 };
  const before = inode(name);
  const quarantined = callWorker(place, { ...event, mode: 'QUARANTINE' });
  assert.equal(quarantined.outcome, 'QUARANTINED', JSON.stringify(quarantined));
  assert.equal(existsSync(onServer(name)), false);
  assert.equal(inode(`cdk-efs-backup-quarantine_${name}`), before);
  assert.equal(callWorker(place, { operation: 'survey' }).entries.find((entry) => entry.name.endsWith(name)).kind, 'QUARANTINED');
  assert.equal(callWorker(mount(), { operation: 'release', directory: name }).outcome, 'RELEASED');
  assert.equal(inode(name), before);
  assert.equal(callWorker(place, { operation: 'release', directory: name }).outcome, 'NOT_QUARANTINED');
  assert.equal(callWorker(place, { ...event, mode: 'QUARANTINE' }).outcome, 'QUARANTINED');
  const deleted = callWorker(mount(), event);
  assert.deepEqual([deleted.outcome, deleted.deletedEntries], ['DELETED', 3], JSON.stringify(deleted));
  assert.equal(readdirSync(SERVER).some((entry) => entry.includes(name)), false);
});

await check('8 workers, a client each, delete one directory by the shards of a survey', async () => {
  const name = newName();
  make(Object.fromEntries(Array.from({ length: 800 }, (_, file) => [`${name}/${file < 600 ? 'flat' : `d${file % 20}/deep`}/f${file}`, 'x'])));
  const { shards } = callWorker(mount(), { operation: 'survey', cut: { directory: name, shards: 8 } });
  assert.equal(shards?.length, 8);
  const { answers } = await workers(() => shards.map((shard) => deletion(name, { shard })))({ places: shards.map(() => mount()), name, startClock: () => undefined });
  assert.ok(answers.some(({ outcome }) => outcome === 'DELETED'), JSON.stringify(answers));
  assert.ok(answers.every(({ outcome }) => ['DELETED', 'SHARD_DELETED', 'ALREADY_GONE'].includes(outcome)), JSON.stringify(answers));
  assert.equal(answers.reduce((total, { deletedEntries }) => total + deletedEntries, 0), 800 + 1 + 20 * 2 + 1, JSON.stringify(answers));
  assert.equal(existsSync(onServer(name)), false);
});

await check('/proc/self/fd: a directory stays what was opened, whatever takes its name', async () => {
  make({ 'swap/real/file': 'real' });
  const place = mount();
  const handle = await fs.open(`${place}/swap/real`, fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW); // eslint-disable-line no-bitwise
  renameSync(`${place}/swap/real`, `${place}/swap/away`);
  symlinkSync('/mnt/server/outside', `${place}/swap/real`);
  const names = await fs.readdir(`/proc/self/fd/${handle.fd}/.`);
  await fs.unlink(`/proc/self/fd/${handle.fd}/file`);
  await handle.close();
  assert.deepEqual(names, ['file']);
  assert.ok(existsSync(onServer('outside/file')) && !existsSync(onServer('swap/away/file')));
  await assert.rejects(fs.open(`${place}/swap/real`, fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW), { code: 'ENOTDIR' }); // eslint-disable-line no-bitwise
});

// Lambda runs a function as an unprivileged user; the access point makes it uid 0 to the server. The client's kernel knows only the former.
const UNPRIVILEGED = { uid: 993 };
exportAs('ROOT');
const PROTECTED_HARDLINKS = '/proc/sys/fs/protected_hardlinks';
const kinds = {
  'a file': (file) => writeFileSync(file, 'x'),
  'a file that only its owner reads': (file) => writeFileSync(file, 'x', { mode: 0o400 }),
  'a setuid file': (file) => writeFileSync(file, 'x'), // chown takes the bit away: it is set after that
  'a symbolic link': (file) => symlinkSync('there', file),
  'a pipe': (file) => execFileSync('mkfifo', [file]),
};
const cases = [
  ...['0', '1'].flatMap((protection) => Object.keys(kinds).map((kind) => [kind, protection, 0o755])),
  ['a file', '0', 0o1777],
];
for (const [kind, protection, mode] of cases) {
  // such a kernel lets nobody link these but their owner; linking is how a move makes sure that it overwrites nothing
  const stays = protection === '1' && ['a setuid file', 'a pipe'].includes(kind);
  await check(`uid 0 to the server only, fs.protected_hardlinks = ${protection}: ${kind} of somebody else in a directory of mode ${mode.toString(8)} ${stays ? 'is reported and stays' : 'is moved'}`, () => {
    writeFileSync(PROTECTED_HARDLINKS, protection);
    const name = recoveryDirectory(60, number);
    const here = `user${number}`;
    make({ [`${here}/d/there`]: 'live', [`${name}/${here}/d`]: null });
    kinds[kind](onServer(`${name}/${here}/d/entry`));
    execFileSync('chown', ['-hR', '1000:1000', onServer(here), onServer(`${name}/${here}`)]);
    if (kind === 'a setuid file') {
      chmodSync(onServer(`${name}/${here}/d/entry`), 0o4755);
    }
    chmodSync(onServer(`${name}/${here}/d`), mode);
    const moved = callWorker(mount(), { operation: 'move', directory: name, conflictPolicy: 'FAIL' }, UNPRIVILEGED);
    const exists = (path) => lstatSync(onServer(path), { throwIfNoEntry: false }) !== undefined;
    const there = [exists(`${name}/${here}/d/entry`), exists(`${here}/d/entry`)];
    assert.deepEqual([moved.outcome, ...there], stays ? ['INCOMPLETE', true, false] : ['MOVED', false, true], JSON.stringify({ ...moved, restoredName: there[0], liveName: there[1] }));
    assert.equal(stays, moved.notes.some(({ path, note }) => path === `/${here}/d/entry` && note.includes('EPERM')), JSON.stringify(moved.notes));
  });
}
await check('uid 0 to the server only: move a missing directory and delete what is left, delete sticky and closed directories of somebody else', () => {
  const name = recoveryDirectory(60, number);
  make({ [`${name}/gone${number}/file`]: 'x', [`${name}/sticky${number}/file`]: 'x' });
  execFileSync('chown', ['-hR', '1000:1000', onServer(`${name}/gone${number}`), onServer(`${name}/sticky${number}`)]);
  const place = mount();
  const moved = callWorker(place, { operation: 'move', directory: name, conflictPolicy: 'FAIL' }, UNPRIVILEGED);
  assert.deepEqual([moved.outcome, moved.counts.moved], ['MOVED', 2], JSON.stringify(moved));
  const cleaned = callWorker(place, { operation: 'delete', directory: name, ...facts, disposal: 'DELETE_WHEN_EMPTY' }, UNPRIVILEGED);
  assert.equal(cleaned.outcome, 'DELETED', JSON.stringify(cleaned)); // its own record of the move is one that it believes
  const other = recoveryDirectory(61, number);
  make({ [`${other}/sticky/file`]: 'x', [`${other}/closed/file`]: 'x' });
  execFileSync('chown', ['-hR', '1000:1000', onServer(other)]);
  chmodSync(onServer(`${other}/sticky`), 0o1777);
  chmodSync(onServer(`${other}/closed`), 0o000);
  const deleted = callWorker(mount(), { operation: 'delete', directory: other, ...facts, disposal: 'DELETE', retentionSeconds: 1 }, UNPRIVILEGED);
  assert.deepEqual([deleted.outcome, deleted.deletedEntries], ['DELETED', 5], JSON.stringify(deleted));
});
exportAs('THEMSELVES');

for (const [title, options] of [['with READDIRPLUS', ''], ['without READDIRPLUS', ',nordirplus']]) {
  await check(`types and attributes of 2000 names ${title}`, async () => {
    const name = `types${number}`;
    make(Object.fromEntries(Array.from({ length: 2000 }, (_, file) => [`${name}/f${file}`, 'x'])));
    const place = mount(options);
    const handle = await fs.open(`${place}/${name}`, fs.constants.O_DIRECTORY);
    const before = operations(place);
    const entries = await fs.readdir(Buffer.from(`/proc/self/fd/${handle.fd}/.`), { withFileTypes: true, encoding: 'buffer' });
    const listed = operations(place);
    await Promise.all(entries.map((entry) => fs.lstat(Buffer.concat([Buffer.from(`/proc/self/fd/${handle.fd}/`), entry.name]))));
    const asked = operations(place);
    await handle.close();
    assert.equal(entries.filter((entry) => entry.isFile()).length, 2000);
    const [list, lstat] = [difference(before, listed), difference(listed, asked)];
    assert.ok(options || sum(list) + sum(lstat) < 20, `an operation per entry: ${JSON.stringify([list, lstat])}`);
    return { list, lstat };
  });
}

process.stdout.write(JSON.stringify({ passed: results.filter(({ passed }) => passed).length, failed: results.filter(({ passed }) => !passed).length, checks: results }));
process.exitCode = results.some(({ passed }) => !passed) ? 1 : 0;
