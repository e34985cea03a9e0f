import * as fs from 'node:fs';
import * as path from 'node:path';
import { LOST_TREE } from '../projects';
import { restoreScenario } from '../restore-scenario';

const STATES = ['VerifyRecoveryDirectory', 'MoveIntoPlace', 'DeleteShard'];
const FOLDERS = 30;

/** What Lambda does to the worker. */
export const worker = [
  restoreScenario({
    name: 'worker-killed',
    what: 'Lambda ends the worker in the middle of the verification, of the move and of the deletion',
    // a move of many files, not of one directory: folders that are there again must be filled
    prepare: (root) => Array.from({ length: FOLDERS }, (_, folder) => fs.mkdirSync(path.join(root, LOST_TREE, 'data', String(folder)), { recursive: true })),
    begin: (scene) => STATES.forEach((state) => scene.once(state, () => scene.killWorker(10))),
    report: { restores: [{ verification: { verdict: 'PASSED' }, move: { outcome: 'MOVED' }, cleanup: { outcome: 'DELETED' } }] },
    faults: (scene) => STATES.flatMap((state) => (scene.count(state, 'retried') > 0 ? [] : [`the worker was not ended in ${state}`])),
  }),
];
