/**
 * Lets a bounded number of actions run at once. Of those that wait, the deepest goes first: a tree is finished from its leaves
 * up, and what is begun and not finished stays small, however wide the tree is.
 */
export class Slots {
  private readonly waiting: Array<Array<() => void>> = [];

  constructor(private free: number) {}

  /** Waits for a slot; give it back with `release`. */
  public async acquire(depth: number): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return;
    }
    await new Promise<void>((resolve) => {
      (this.waiting[depth] ??= []).push(resolve);
    });
  }

  public release(): void {
    while (this.waiting.length > 0) {
      const next = this.waiting[this.waiting.length - 1]?.shift();
      if (next) {
        next();
        return;
      }
      this.waiting.pop();
    }
    this.free += 1;
  }

  /** Runs an action in a slot. */
  public async run<T>(depth: number, action: () => Promise<T>): Promise<T> {
    await this.acquire(depth);
    try {
      return await action();
    } finally {
      this.release();
    }
  }
}
