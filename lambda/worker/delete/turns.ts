/** Lets actions run one after the other: those that would wait for each other in the kernel, each on a thread. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  public async take<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.last.then(action);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
