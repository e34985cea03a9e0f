/** An error whose name is a protocol: Step Functions matches it, the runbook explains it. */
export class NamedError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}
