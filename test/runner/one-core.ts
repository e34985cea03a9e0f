// Each worker of Jest stays on one core. A call to the file system wakes a thread of Node.js, and that thread wakes the main one, which costs more where
// they are on different cores: on a virtual machine of two, tests of undo took 31.6 s without this and 18.2 s with it. As there are as many workers as
// cores, none is idle.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';

const allowed = /^Cpus_allowed_list:\s*(.*)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
const cores = allowed.split(',').flatMap((range) => {
  const [first, last = first] = range.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
});
const worker = Number(process.env.JEST_WORKER_ID ?? 1);
if (cores.length > 1) { // else an earlier test file of this worker has done it
  try {
    execFileSync('taskset', ['-a', '-c', '-p', String(cores[(worker - 1) % cores.length]), String(process.pid)], { stdio: 'ignore' });
  } catch {
    // without taskset (util-linux) the tests take longer, and do not differ
  }
}
