import * as fs from 'node:fs';
import { Directory } from '../../../lambda/fs/directory';
import { Deadline } from '../../../lambda/runtime/deadline';
import { deleteRecoveryDirectory } from '../../../lambda/worker/delete';
import { find } from '../../../lambda/worker/find';
import { RefusalReason } from '../../../src/core/deletion-guard';
import { RecoveryDirectoryDisposal } from '../../../src/core/restore-request';
import type { DeleteAnswer, DeleteEvent } from '../../../src/core/worker';
import { endlessTime } from '../../helpers/fault';
import { build, directory, file, inUse, outline, recoveryName, runsAsRoot, untouched, useTempDirectory } from '../../helpers/temp-tree';
import type { Tree } from '../../helpers/temp-tree';

/** More than clocks may be apart. */
const LATER = 120_000;
const top = useTempDirectory();
let root: Directory;
let name: string;
beforeEach(async () => {
  root = await Directory.open(top());
  name = recoveryName(Date.now() + LATER);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await root.close();
});

/** All that tests make is changed last now: what a job of two minutes from now brings is as far from that as if it had waited. */
const CREATED = () => new Date(Date.now() + LATER).toISOString();
const PAST = () => new Date(Date.now() - LATER).toISOString();
const run = (more: Partial<DeleteEvent> = {}): Promise<DeleteAnswer> => {
  jest.spyOn(Date, 'now').mockReturnValue(Date.now());
  return deleteRecoveryDirectory(root, {
    operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], retentionSeconds: 0, disposal: RecoveryDirectoryDisposal.DELETE, ...more,
  }, new Deadline(endlessTime));
};
const reasons = ({ refusals }: DeleteAnswer) => refusals.map(({ reason }) => reason);
const called = (instant: number) => { name = recoveryName(instant); };
const old = (content: string) => file(content, { mtime: 1000 });
const RESTORED: Tree = { home: { 'a.txt': old('restored'), 'docs': { 'b.txt': old('restored') } } };

async function refused(more: Partial<DeleteEvent>, reason: RefusalReason, detail = ''): Promise<void> {
  const before = untouched(top());
  const answer = await run(more);
  expect(reasons(answer)).toEqual([reason]);
  expect(answer.refusals[0].detail).toContain(detail);
  expect(untouched(top())).toEqual(before);
}

describe('without a record of a workflow', () => {
  beforeEach(() => called(Date.now() - 1000));

  test('and without a restore job, nothing proves it: refused, until the operator accepts that', async () => {
    build(top(), { [name]: RESTORED });
    await refused({}, RefusalReason.UNPROVEN, 'guardsOff: ["UNPROVEN"]');
    await refused({ guardsOff: [RefusalReason.IN_USE] }, RefusalReason.UNPROVEN);
    expect(await run({ guardsOff: [RefusalReason.UNPROVEN] })).toMatchObject({ outcome: 'DELETED' });
  });

  test('what was changed last after its job began is deleted', async () => {
    build(top(), { [name]: RESTORED });
    expect(await run({ restoredSince: PAST() })).toMatchObject({ outcome: 'DELETED' });
  });

  test('what is older than its job was not restored, whatever else is off', async () => {
    build(top(), { [name]: { home: RESTORED } });
    const restoredSince = CREATED();
    await refused({ restoredSince }, RefusalReason.NOT_RESTORED, `/${name}`);
    await refused({ restoredSince, guardsOff: [RefusalReason.UNPROVEN, RefusalReason.IN_USE] }, RefusalReason.NOT_RESTORED);
    await refused({ restoredSince, mode: 'QUARANTINE' }, RefusalReason.NOT_RESTORED);
  });

  test('one old file, deep in it, is enough: somebody put it there', async () => {
    build(top(), { victim: { private: old('only copy') } });
    await inUse(0, () => build(top(), { [name]: RESTORED }));
    const restoredSince = new Date(fs.lstatSync(`${top()}/${name}/home`).ctimeMs - 10 + 60_000).toISOString();
    fs.renameSync(`${top()}/victim`, `${top()}/${name}/home/docs/theirs`);
    await refused({ restoredSince }, RefusalReason.NOT_RESTORED, `/${name}/home/docs/theirs/private`);
    expect(JSON.stringify(outline(top()))).toContain('only copy');
  });

  test('what belongs to anybody but root was not restored: an ordinary user may give a directory such a name', async () => {
    if (!runsAsRoot) {
      return; // nobody else can give something to another owner
    }
    build(top(), { [name]: RESTORED });
    fs.chownSync(`${top()}/${name}`, 1000, 1000);
    await refused({ restoredSince: PAST() }, RefusalReason.NOT_RESTORED, 'user 1000');
    expect(reasons(await run({ guardsOff: [RefusalReason.UNPROVEN] }))).toEqual([RefusalReason.NOT_RESTORED]);
  });

  test('a directory with a quarantined name is nobody\'s that we put there', async () => {
    const forged = `cdk-efs-backup-quarantine_${name}`;
    build(top(), { [forged]: RESTORED });
    const before = untouched(top());
    expect((await run({ restoredSince: PAST() })).outcome).toBe('REFUSED');
    expect(untouched(top())).toEqual(before);
  });
});

describe('with the record that a workflow made right after its job', () => {
  const findIt = (created: string) => find(root, { operation: 'find', before: [], job: { CreationDate: created, CompletionDate: new Date(Date.parse(created) + 60_000).toISOString() } });
  const record = () => JSON.parse(fs.readFileSync(`${top()}/.cdk-efs-backup/${name}/found.json`, 'utf8'));

  beforeEach(() => called(Date.now() - 1000));

  test('the service writes what it restores: what is older than the job refuses, and nothing else needs to be told', async () => {
    build(top(), { [name]: RESTORED });
    await findIt(PAST());
    expect(record()).toMatchObject({ older: false, files: 2, uid: fs.statSync(`${top()}/${name}`).uid, mode: '40755' });
    expect(await run()).toMatchObject({ outcome: 'DELETED' });
    expect(fs.readdirSync(top())).toEqual([]);
  });

  test('the service keeps the times of the backup: age proves nothing, the rest counts', async () => {
    build(top(), { [name]: RESTORED });
    await findIt(CREATED());
    expect(record()).toMatchObject({ older: true });
    expect(await run()).toMatchObject({ outcome: 'DELETED' });
  });

  test('where only some of it is older, somebody put that there: it is not taken for what the service does', async () => {
    build(top(), { [name]: RESTORED, victim: { private: old('only copy') } });
    const all = Directory.prototype.lstatAll;
    const restored = Date.now() + LATER + 1_000;
    const spy = jest.spyOn(Directory.prototype, 'lstatAll').mockImplementation(async function (this: Directory, ...given) {
      const stats = await all.apply(this, given);
      return this.path.includes('docs') ? stats : stats.map((own) => own && Object.assign(Object.create(Object.getPrototypeOf(own)), own, { ctimeMs: BigInt(restored) }));
    });
    await findIt(CREATED());
    spy.mockRestore();
    expect(record()).toMatchObject({ older: false });
    expect(reasons(await run())).toEqual([RefusalReason.NOT_RESTORED]);
  });

  test('the service gives it another owner: that one, and no other', async () => {
    if (!runsAsRoot) {
      return; // nobody else can give something to another owner
    }
    build(top(), { [name]: RESTORED });
    fs.chownSync(`${top()}/${name}`, 1234, 1234);
    await findIt(PAST());
    fs.chownSync(`${top()}/${name}`, 1000, 1000);
    await refused({}, RefusalReason.NOT_RESTORED, 'user 1234');
    fs.chownSync(`${top()}/${name}`, 1234, 1234);
    expect(await run()).toMatchObject({ outcome: 'DELETED' });
  });

  test('what was seen first counts', async () => {
    build(top(), { [name]: RESTORED });
    await findIt(PAST());
    const first = record();
    await findIt(new Date(Date.now() - 2 * LATER).toISOString()).catch(() => undefined);
    expect(record()).toEqual(first);
  });

  test('another directory of its name has none', async () => {
    build(top(), { [name]: RESTORED });
    await findIt(PAST());
    fs.renameSync(`${top()}/${name}`, `${top()}/away`);
    build(top(), { [name]: RESTORED });
    await refused({}, RefusalReason.UNPROVEN);
  });

  test('a work directory that others can look into keeps nobody from finding it', async () => {
    build(top(), { [name]: RESTORED, '.cdk-efs-backup': directory({}, { mode: 0o777 }) });
    expect(await findIt(PAST())).toMatchObject({ directory: name });
    expect(fs.readdirSync(`${top()}/.cdk-efs-backup`)).toEqual([]);
  });
});
