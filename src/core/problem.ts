import { inOneLine } from './report-words';

/** One thing that is wrong with an input: which part, the rule it breaks, the value that breaks it, and the way out. */
export interface Problem {
  /** The part of the input, in the words of whoever wrote it: a prop, a key of the request, `items[2]`. */
  readonly subject: string;
  /** The rule, so that it reads on from the subject: "must be an absolute path". */
  readonly rule: string;
  /** The value that breaks the rule; left out where there is none (a missing key). */
  readonly value?: unknown;
  /** What to do instead. */
  readonly remedy: string;
}

const LONGEST_VALUE = 120;
/** Long enough for every path that people type; a text that is longer was made to be. */
const LONGEST_REMEDY = 1_000;
/**
 * An execution of Step Functions holds the text in its state, which has at most 256 KiB ("Quotas", AWS Step Functions Developer
 * Guide), and nobody corrects more than this at a time.
 */
const MOST_PROBLEMS = 50;

/** Cuts a text; never through the two halves of one character. */
function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')}… (${text.length} characters)` : text;
}

/** As JSON, since that is what most inputs are written in; what JSON has no words for is worded as JavaScript does. */
function wordValue(value: unknown): string {
  try {
    return typeof value === 'number' || value === undefined ? String(value) : JSON.stringify(value) ?? String(value);
  } catch {
    return typeof value === 'bigint' ? String(value) : Object.prototype.toString.call(value);
  }
}

/** The one wording of a problem: the same at synth, in the workflow and on the command line. */
export function describeProblem(problem: Problem): string {
  const subject = cut(JSON.stringify(problem.subject).slice(1, -1), LONGEST_VALUE);
  const got = problem.value === undefined ? '' : `, got ${cut(wordValue(problem.value), LONGEST_VALUE)}`;
  return inOneLine(`'${subject}' ${problem.rule}${got}; ${cut(problem.remedy, LONGEST_REMEDY)}`);
}

/** All problems of one input in one text: a single one as it is, several as a numbered list. */
export function describeProblems(problems: readonly Problem[]): string {
  if (problems.length === 1) {
    return describeProblem(problems[0]);
  }
  return [
    `${problems.length} problems:`,
    ...problems.slice(0, MOST_PROBLEMS).map((problem, index) => `${index + 1}. ${describeProblem(problem)}`),
    ...(problems.length > MOST_PROBLEMS ? [`and ${problems.length - MOST_PROBLEMS} more`] : []),
  ].join('\n');
}
