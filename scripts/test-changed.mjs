// Runs the tests of what one has just changed: of what git sees as changed, else of the last commit. Tests lie where the code lies, so
// lambda/worker/delete/watch.ts is tested by test/lambda/worker/delete*.test.ts, and src/core/shard.ts by test/core/shard*.test.ts.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\n').filter((line) => line !== '');

function changedFiles() {
  const now = [...git('diff', '--name-only', 'HEAD'), ...git('ls-files', '--others', '--exclude-standard')];
  return now.length > 0 ? now : git('diff', '--name-only', 'HEAD~1', 'HEAD');
}

const all = readdirSync(path.join(root, 'test'), { recursive: true }).filter((file) => file.endsWith('.test.ts') && !file.startsWith('emulator/'));

/** The test files of a source file: those of its name, or else of the folder that it is a part of. */
function testsOf(file) {
  if (file.startsWith('test/')) {
    const own = file.slice('test/'.length);
    // a helper of one folder is used by its tests; what all use is a reason for npm test
    return file.endsWith('.test.ts') ? [own] : all.filter((test) => path.dirname(test) === path.dirname(own));
  }
  if (file.endsWith('.md')) {
    return all.filter((test) => test.startsWith('documents'));
  }
  const own = file.replace(/^src\//, '').replace(/(\.lambda)?\.[a-z]+$/, '');
  const names = [];
  for (let name = own; name !== '.'; name = path.dirname(name)) {
    names.push(name);
  }
  const found = names.map((name) => all.filter((test) => test === `${name}.test.ts` || test.startsWith(`${name}-`))).find((tests) => tests.length > 0);
  // a part of a construct is tested by the folder of its concern
  return found ?? names.slice(1).map((name) => all.filter((test) => path.dirname(test) === name)).find((tests) => tests.length > 0) ?? [];
}

const changed = changedFiles();
const tests = [...new Set(changed.flatMap(testsOf))].filter((test) => existsSync(path.join(root, 'test', test))).sort();
const untested = changed.filter((file) => testsOf(file).length === 0);
if (untested.length > 0) {
  console.log(`No test file has the name of these, so only npm test tests them:\n${untested.map((file) => `  ${file}`).join('\n')}`);
}
if (tests.length === 0) {
  console.log('No test file belongs to what was changed.');
  process.exit(0);
}
const { status } = spawnSync(path.join(root, 'node_modules', '.bin', 'jest'), ['--runTestsByPath', ...tests.map((test) => path.join('test', test))], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
