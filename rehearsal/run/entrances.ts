/**
 * Lets a state begin its work only after whoever listens was told that it was entered, or is tried again: the interpreter tells that by events, which
 * come some time after it called for the work.
 */
export class Entrances {
  private readonly told = new Map<string, number>();
  private readonly begun = new Map<string, number>();
  private readonly waiting: Array<{ readonly state: string; readonly count: number; readonly go: () => void }> = [];

  /** The listeners were told that a state was entered, or is tried again. */
  public tell(state: string): void {
    const count = (this.told.get(state) ?? 0) + 1;
    this.told.set(state, count);
    const index = this.waiting.findIndex((each) => each.state === state && each.count <= count);
    if (index >= 0) {
      this.waiting.splice(index, 1)[0].go();
    }
  }

  /** The work of a state was called for: waits until that was told. */
  public async until(state: string): Promise<void> {
    const count = (this.begun.get(state) ?? 0) + 1;
    this.begun.set(state, count);
    if ((this.told.get(state) ?? 0) < count) {
      await new Promise<void>((go) => this.waiting.push({ state, count, go }));
    }
  }
}
