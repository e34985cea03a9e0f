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

function wordValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}… (${text.length} characters)` : text;
}

/** The one wording of a problem: the same at synth, in the workflow and on the command line. */
export function describeProblem(problem: Problem): string {
  const got = problem.value === undefined ? '' : `, got ${wordValue(problem.value)}`;
  return `'${problem.subject}' ${problem.rule}${got}; ${problem.remedy}`;
}

/** All problems of one input in one text: a single one as it is, several as a numbered list. */
export function describeProblems(problems: readonly Problem[]): string {
  if (problems.length === 1) {
    return describeProblem(problems[0]);
  }
  return [`${problems.length} problems:`, ...problems.map((problem, index) => `${index + 1}. ${describeProblem(problem)}`)].join('\n');
}
