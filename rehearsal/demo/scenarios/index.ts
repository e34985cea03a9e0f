import { approvals } from './approvals';
import { cleanups } from './cleanups';
import { failures } from './failures';
import { redrives } from './redrive';
import { restoreJobs } from './restore-jobs';
import { severalRestores } from './several-restores';
import { worker } from './worker';
import type { Scenario } from '../scenario';

/** Everything that the demo can play, beside the restore in which nothing happens. */
export const SCENARIOS: readonly Scenario[] = [...restoreJobs, ...severalRestores, ...worker, ...approvals, ...redrives, ...cleanups, ...failures];
