import type { IConstruct } from 'constructs';
import { describeProblems } from '../core/problem';
import type { Problem } from '../core/problem';

/** The only thing that our constructs throw: every problem of one construct at once, with the path of the construct. */
export class ValidationError extends Error {
  constructor(scope: IConstruct, public readonly problems: readonly Problem[]) {
    super(`[${scope.node.path}] ${describeProblems(problems)}`);
    this.name = 'ValidationError';
  }
}

/** Throws all problems of a construct in one error; returns when there is none. */
export function throwProblems(scope: IConstruct, problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new ValidationError(scope, problems);
  }
}
