// Inside the guest: which file call of a deletion costs which operations.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mount, recoveryDirectory, SERVER, WORKER } from './rig.mjs';

const [directories, files] = process.argv.slice(2).map(Number);
const name = recoveryDirectory(7200);
for (let directory = 0; directory < directories; directory += 1) {
  mkdirSync(`${SERVER}/${name}/d${directory}`, { recursive: true });
  for (let file = 0; file < files; file += 1) {
    writeFileSync(`${SERVER}/${name}/d${directory}/f${file}`, 'x');
  }
}
const place = mount();
const event = { operation: 'delete', directory: name, accessPointRoots: [], runningRestoreJobs: [], disposal: 'DELETE', retentionSeconds: 60, graceSeconds: 14_400 };
const { stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL('invoke-by-call.mjs', import.meta.url)), WORKER, JSON.stringify(event), place],
  { env: { ...process.env, MOUNT_PATH: place, UV_THREADPOOL_SIZE: '64' }, encoding: 'utf8' });
process.stderr.write(stderr);
process.stdout.write(JSON.stringify({ tree: { directories, filesPerDirectory: files }, ...JSON.parse(stdout) }));
