import { PRICES } from './rates';
import type { Outcome } from './simulation';

/** The steps of a restore by their names in docs/scale.md, each with the state that it begins with. */
const STEPS = {
  'check and prepare': 'Begin',
  'restore job': 'TakeRestoreJob',
  'find the directory': 'FindRecoveryDirectory',
  'verify': 'VerifyEach',
  'move': 'BeginMove',
  'delete': 'CleanDirectories',
  'report': 'ReportSuccess',
} as const;

export interface Step {
  readonly name: string;
  readonly hours: number;
  readonly calls: number;
  readonly transitions: number;
  readonly dollars: number;
}

/** What each step of one execution took. */
export function stepsOf({ execution: { visited }, begunAt, seconds, calls }: Outcome): Step[] {
  const steps = Object.entries(STEPS);
  return steps.map(([name, first], index) => {
    const next = steps[index + 1]?.[1];
    const until = next === undefined ? seconds : begunAt(next);
    const own = calls.filter(({ at }) => at >= begunAt(first) && (next === undefined || at < until));
    const transitions = (next === undefined ? visited.length : visited.indexOf(next)) - visited.indexOf(first);
    return {
      name,
      transitions,
      hours: (until - begunAt(first)) / 3600,
      calls: own.length,
      dollars: transitions * PRICES.transition + own.reduce((sum, call) => sum + call.dollars, 0),
    };
  });
}
