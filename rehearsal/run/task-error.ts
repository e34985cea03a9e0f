/** A failure as Step Functions shows it to Retry, Catch and the history: an error name, and a cause, which is text. */
export class TaskError extends Error {
  constructor(name: string, public readonly causeText: string) {
    super(causeText);
    this.name = name;
  }
}

/**
 * A failure that neither Retry nor Catch can hold: States.Runtime is never retried and not caught by States.ALL, and States.ALL
 * does not hold States.DataLimitExceeded either ("Handling errors in Step Functions workflows", Step Functions Developer Guide).
 */
export class TerminalError extends TaskError {
  // aws-local-stepfunctions asks the error itself
  public readonly isRetryable = false;
  public readonly isCatchable = false;
}

/** The definition asks for something that the rehearsal does not do. No result of an execution: running it throws this. */
export class NotRehearsedError extends TerminalError {
  constructor(message: string) {
    super('NotRehearsed', message);
  }
}
