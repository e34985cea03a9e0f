import * as fs from 'node:fs';
import * as path from 'node:path';

/** What the user of the demo loses, and gets back. */
export const LOST_FILE = '/projects/alpha/report.txt';
export const LOST_TREE = '/projects/beta';
/** What the user works on meanwhile: a restore must not touch it. */
export const CHANGED_FILE = '/projects/alpha/notes.md';

const TEAMS = ['alpha', 'beta', 'gamma'];
const FOLDERS_PER_TEAM = 30;
const FILES_PER_FOLDER = 35;

/** Fills a directory with the files of a few teams: some thousand, with everything that a file system may hold. */
export function makeProjects(root: string): void {
  const at = (own: string) => path.join(root, own);
  const write = (own: string, content: string | Buffer, mode = 0o644) => {
    fs.mkdirSync(path.dirname(at(own)), { recursive: true });
    fs.writeFileSync(at(own), content);
    fs.chmodSync(at(own), mode);
  };
  for (const team of TEAMS) {
    for (let folder = 0; folder < FOLDERS_PER_TEAM; folder += 1) {
      for (let file = 0; file < FILES_PER_FOLDER; file += 1) {
        write(`/projects/${team}/data/${folder}/measurement-${file}.csv`, `team,${team}\nfolder,${folder}\nfile,${file}\n`);
      }
    }
    const deep = `/projects/${team}/${Array.from({ length: 20 }, (_, level) => `level-${level}`).join('/')}`;
    write(`${deep}/bottom.txt`, 'far down\n');
    write(`/projects/${team}/.settings/.hidden`, 'a dotfile in a dot directory\n', 0o600);
    write(`/projects/${team}/report.txt`, `The report of team ${team}.\n`);
    write(`/projects/${team}/notes.md`, `# Notes of team ${team}\n`);
    write(`/projects/${team}/empty`, '');
    write(`/projects/${team}/large.bin`, Buffer.alloc(4 * 1024 * 1024, team));
    write(`/projects/${team}/with spaces and 'quotes'.txt`, 'spaces\n');
    write(`/projects/${team}/Ünïcödé – 文書 📄.txt`, 'non-ASCII\n');
    write(`/projects/${team}/run.sh`, '#!/bin/sh\n', 0o755);
    write(`/projects/${team}/read-only.txt`, 'nobody writes here\n', 0o444);
    write(`/projects/${team}/private/secret.txt`, 'only for the owner\n', 0o600);
    fs.chmodSync(at(`/projects/${team}/private`), 0o700);
    fs.mkdirSync(at(`/projects/${team}/shared`));
    fs.chmodSync(at(`/projects/${team}/shared`), 0o3775);
    fs.mkdirSync(at(`/projects/${team}/empty directory`));
    fs.linkSync(at(`/projects/${team}/large.bin`), at(`/projects/${team}/shared/the same file.bin`));
    fs.symlinkSync('report.txt', at(`/projects/${team}/latest`));
    fs.symlinkSync('/projects', at(`/projects/${team}/absolute`));
    fs.symlinkSync('nowhere', at(`/projects/${team}/dangling`));
    fs.symlinkSync('..', at(`/projects/${team}/parent`));
    if (process.getuid?.() === 0) {
      fs.chownSync(at(`/projects/${team}/report.txt`), 1000 + TEAMS.indexOf(team), 1000);
      fs.lchownSync(at(`/projects/${team}/latest`), 1000, 1000);
    }
    fs.utimesSync(at(`/projects/${team}/report.txt`), new Date('2024-02-29T12:00:00Z'), new Date('2024-02-29T12:00:00Z'));
  }
}

/** What happens between the backup and the restore. */
export function damageProjects(root: string): void {
  fs.rmSync(path.join(root, LOST_FILE));
  fs.rmSync(path.join(root, LOST_TREE), { recursive: true });
  fs.appendFileSync(path.join(root, CHANGED_FILE), 'A thought that came after the backup.\n');
}
