/** What visits that time ran out in leave for the next one. */
export interface LiveOnlyLeft {
  /** What the live directory held before anything was moved into it. */
  readonly live: number;
  readonly taken: number;
  readonly met: number;
}

/** Counts the entries of a live directory that the restored one does not have, over all visits of the two, while entries are moved from one to the other. */
export class LiveOnly {
  /** Goes on where a visit has ended; undefined where that did not count. */
  public static of(left: LiveOnlyLeft | undefined): LiveOnly | undefined {
    return left && new LiveOnly(left.live, left.taken, left.met);
  }

  private taken: number;
  private met: number;

  private constructor(private readonly live: number, taken: number, met: number) {
    [this.taken, this.met] = [taken, met];
  }

  public get left(): LiveOnlyLeft {
    const { live, taken, met } = this;
    return { live, taken, met };
  }

  public get count(): number {
    return Math.max(0, this.live - this.taken - this.met); // the live directory may have changed meanwhile
  }

  /** So many entries of the listing are in both directories. */
  public meet(count: number): void {
    this.met += count;
  }

  /** So many of those that were in both left the restored directory: no other listing meets them. */
  public take(count: number): void {
    this.taken += count;
  }

  /** The restored directory is listed from its first entry on once more. */
  public listAgain(): void {
    this.met = 0;
  }
}
