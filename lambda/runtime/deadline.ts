/** Kept free at the end of an invocation: enough to finish the calls in flight and to answer. */
const SPARE_MILLISECONDS = 10_000;

/** What an invocation can say about its time; Lambda's context has it. */
export interface InvocationTime {
  getRemainingTimeInMillis(): number;
}

/** Tells long operations when to stop and answer with what is left: when time is nearly over, or when somebody asks them to. */
export class Deadline {
  constructor(private readonly time: InvocationTime, private readonly abort?: AbortSignal, private readonly spareMilliseconds = SPARE_MILLISECONDS) {}

  public get reached(): boolean {
    return this.abort?.aborted === true || this.time.getRemainingTimeInMillis() <= this.spareMilliseconds;
  }
}
