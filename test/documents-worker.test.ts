import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { handler } from '../lambda/file-system-worker.lambda';
import { Directory } from '../lambda/fs/directory';
import { EnvironmentVariable } from '../src/core/contract';

// docs/worker.md promises that its examples are run in order on a real directory
const text = fs.readFileSync(path.join(__dirname, '..', 'docs', 'worker.md'), 'utf8');
const blocks = (kind: string) => [...text.matchAll(new RegExp(`^\`\`\`json ${kind}\\n(.*?)^\`\`\``, 'gms'))].map(([, json]) => JSON.parse(json));
const events = blocks('event');
const answers = blocks('answer');

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'worker-examples-'));
const at = (own: string) => path.join(root, own);

beforeAll(() => {
  process.env[EnvironmentVariable.MOUNT_PATH] = root;
  process.env[EnvironmentVariable.MOUNT_CHECK] = 'DIRECTORY';
  const recovery = 'aws-backup-restore_2026-11-23T09-30-12-345678901Z';
  fs.mkdirSync(at('projects/alpha'), { recursive: true });
  fs.writeFileSync(at('projects/alpha/notes.md'), '# Notes\n');
  fs.mkdirSync(at(`${recovery}/projects/alpha`), { recursive: true });
  fs.writeFileSync(at(`${recovery}/projects/alpha/report.txt`), 'The report of team alpha.\n');
  ['/projects/alpha/report.txt', '/projects/alpha', '/projects', ''].forEach((own) => fs.utimesSync(at(`${recovery}${own}`), WRITTEN, WRITTEN));
});

// the examples tell times: those of files are set above, the others are taken for these
const WRITTEN = new Date('2026-11-22T16:00:00Z');
const CHANGED = BigInt(Date.parse('2026-11-23T09:30:11Z'));
const NOW = Date.parse('2026-11-23T09:40:12.345Z');
beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(NOW);
  const dated = (stats: fs.BigIntStats | undefined) => stats && Object.assign(stats, { ctimeMs: CHANGED, ctimeNs: CHANGED * 1_000_000n });
  for (const call of ['lstat', 'stat'] as const) {
    const real = Directory.prototype[call] as (this: Directory, name: string) => Promise<fs.BigIntStats | undefined>;
    jest.spyOn(Directory.prototype, call).mockImplementation(async function (this: Directory, name: string) {
      return dated(await real.call(this, name));
    } as never);
  }
  const all = Directory.prototype.lstatAll;
  jest.spyOn(Directory.prototype, 'lstatAll').mockImplementation(async function (this: Directory, ...given) {
    return (await all.apply(this, given)).map(dated);
  });
});
afterEach(() => jest.restoreAllMocks());

afterAll(() => {
  delete process.env[EnvironmentVariable.MOUNT_PATH];
  delete process.env[EnvironmentVariable.MOUNT_CHECK];
  fs.rmSync(root, { recursive: true });
});

test('every event has its answer', () => {
  expect(answers).toHaveLength(events.length);
  expect(new Set(events.map(({ operation }) => operation))).toEqual(new Set(['survey', 'find', 'verify', 'move', 'undo', 'delete', 'release']));
});

test.each(events.map((event, index) => [`${index + 1}: ${event.operation}`, event, answers[index]]))('example %s', async (_, event, answer) => {
  expect(JSON.parse(JSON.stringify(await handler(event, { getRemainingTimeInMillis: () => 900_000 })))).toEqual(answer);
});

/** What the function writes to its log meanwhile. */
async function logged(event: object): Promise<{ answer: any; log: any[] }> {
  const lines: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const answer = await handler(event as never, { getRemainingTimeInMillis: () => 900_000 });
  return { answer: JSON.parse(JSON.stringify(answer)), log: lines.map((line) => JSON.parse(line)) };
}

describe('the last answer', () => {
  const directory = 'aws-backup-restore_2026-11-23T08-00-00-000000000Z';
  const verify = { operation: 'verify', directory, items: Array.from({ length: 20 }, (_, index) => `/missing/${'x'.repeat(60)}/${index}`) };
  const move = { operation: 'move', directory, conflictPolicy: 'SKIP', dryRun: true };
  beforeAll(() => {
    for (const parent of [directory, '.']) {
      fs.mkdirSync(at(`${parent}/taken`), { recursive: true });
      Array.from({ length: 20 }, (_, index) => fs.writeFileSync(at(`${parent}/taken/${'y'.repeat(60)}-${index}`), ''));
    }
  });
  afterAll(() => ['taken', directory].forEach((own) => fs.rmSync(at(own), { recursive: true })));

  test.each([verify, move])('of $operation is in the log, with its event', async (event) => {
    const { answer, log } = await logged(event);
    expect(log).toEqual([{ message: 'answer', event, answer }]);
  });

  test.each([{ ...verify, mostBytes: 1000 }, { ...move, mostBytes: 1000 }])('of $operation is at most as long as the event says; the log has all of it', async (event) => {
    const { answer, log: [{ answer: whole }] } = await logged(event);
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(1000);
    expect(Buffer.byteLength(JSON.stringify(whole))).toBeGreaterThan(1000);
    expect({ ...answer, findings: [], notes: [], plan: {} }).toEqual({ ...whole, findings: [], notes: [], plan: {} });
  });

  test.each(['survey', 'undo', 'delete', 'release'])('of %s is not', async (operation) => {
    const event = events.find((each) => each.operation === operation);
    expect((await logged({ ...event, directory })).log).toEqual([]);
  });
});

test('the file is back, and nothing else is left', () => {
  expect(fs.readdirSync(at('projects/alpha')).sort()).toEqual(['notes.md', 'report.txt']);
  expect(fs.readdirSync(root)).toEqual(['projects']);
});
