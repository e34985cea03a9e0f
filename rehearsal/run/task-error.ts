/** A failure as Step Functions shows it to Retry, Catch and the history: an error name, and a cause, which is text. */
export class TaskError extends Error {
  constructor(name: string, public readonly causeText: string) {
    super(causeText);
    this.name = name;
  }
}

/**
 * A failure that neither Retry nor Catch can hold, whatever it names: "States.Runtime: [...] can't be retried, and always causes
 * the execution to fail. A retry or catch on States.ALL won't catch States.Runtime errors"; States.ALL does not catch
 * States.DataLimitExceeded either (Step Functions Developer Guide, "Handling errors in Step Functions workflows").
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
