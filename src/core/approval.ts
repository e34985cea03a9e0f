import { inOneLine, plural, subjectOf } from './report-words';
import { totalsOf, wordPlans } from './restore-report';
import type { RestoreExecution } from './restore-report';
import { AfterRestore } from './restore-request';
import type { CompleteRestoreRequest } from './restore-request';

/** What a person is asked to approve: that a restore begins, or that what was restored is moved into place. */
export type ApprovalStage = 'RESTORE' | 'MOVE';

/** The error that says no; every other one says that something went wrong. */
export const REJECTED = 'Rejected';

/** The message to the people who may approve; the task token, which only Step Functions knows, goes between the two parts. */
export interface ApprovalMessage {
  readonly subject: string;
  readonly beforeToken: string;
  readonly afterToken: string;
}

export interface ApprovalOptions {
  readonly stage: ApprovalStage;
  readonly region: string;
  /** How long the execution waits, in words. */
  readonly timeout: string;
}

/** Items that a message names; the others are counted. */
const MOST_ITEMS = 20;
/** Conflicts that a message names. */
const MOST_NOTES = 20;

function wordRestore({ prepared }: RestoreExecution): string[] {
  const { request, recoveryPoint, jobs } = prepared!;
  const items = request.items ?? ['everything'];
  return [
    `From the recovery point of ${recoveryPoint.created} (${recoveryPoint.arn}), by ${plural(jobs.length, 'restore job')}:`,
    ...items.slice(0, MOST_ITEMS).map((item) => `  ${item}`),
    ...(items.length > MOST_ITEMS ? [`  and ${items.length - MOST_ITEMS} more`] : []),
    `Afterwards: ${wordAfterwards(request)}.`,
  ];
}

function wordAfterwards({ afterRestore, conflictPolicy, recoveryDirectory, dryRun, newFileSystem }: CompleteRestoreRequest): string {
  if (newFileSystem !== undefined) {
    return 'it is in a new file system';
  }
  return afterRestore !== AfterRestore.MOVE_INTO_PLACE ? afterRestore
    : dryRun ? `a dry run of ${afterRestore}, conflict policy ${conflictPolicy}`
      : `${afterRestore}, conflict policy ${conflictPolicy}, recovery directory ${recoveryDirectory}`;
}

function wordPlan(state: RestoreExecution): string[] {
  const totals = totalsOf(state.verifications, state.plans);
  const notes = state.plans.flatMap((plan) => plan.notes);
  const replaced = state.plans.flatMap(({ plan }) => plan?.replaced.samples ?? []);
  return [
    `Restored and verified: ${plural(totals.files, 'file')} and ${plural(totals.directories, 'directory', 'directories')}, ${plural(totals.bytes, 'byte')}.`,
    `It ${wordPlans(state.plans)}.`,
    ...replaced.slice(0, MOST_NOTES).map((path) => `  ${path}: is replaced, and kept aside`),
    ...notes.slice(0, MOST_NOTES).map(({ path, note }) => `  ${path}: ${note}`),
    ...(notes.length > MOST_NOTES ? [`  and ${notes.length - MOST_NOTES} more`] : []),
  ];
}

/** Asks for an approval, with all that is known about what will be done. */
export function describeApproval(state: RestoreExecution, { stage, region, timeout }: ApprovalOptions): ApprovalMessage {
  const what = stage === 'RESTORE' ? 'to begin' : 'to move what it restored into place';
  const stays = stage === 'RESTORE' ? 'nothing is restored' : 'nothing is moved, and what was restored stays in the recovery directory';
  const lines = [
    `The restore ${state.execution.id} asks ${what}.`,
    '',
    ...wordRestore(state),
    ...(stage === 'MOVE' ? wordPlan(state) : []),
    '',
    `Without an answer within ${timeout}, ${stays}.`,
    '',
    'To approve or to reject it, run one of:',
  ];
  const command = (name: string) => `aws stepfunctions ${name} --region ${region}`;
  return {
    subject: subjectOf(`Approve an EFS restore ${what}?`),
    beforeToken: `${lines.map(inOneLine).join('\n')}\n\nTOKEN=`,
    afterToken: `\n${command('send-task-success')} --task-token "$TOKEN" --task-output '{}'\n${command('send-task-failure')} --task-token "$TOKEN" --error ${REJECTED} --cause 'say why'\n`,
  };
}
