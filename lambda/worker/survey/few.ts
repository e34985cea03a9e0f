/** Keeps the first so many things in an order, of as many as come: what is in memory is bounded. */
export class Few<T> {
  /** How many came. */
  public count = 0;
  private readonly kept: T[] = [];

  constructor(private readonly most: number, private readonly compare: (a: T, b: T) => number) {}

  public add(thing: T): void {
    this.count += 1;
    if (this.kept.length === this.most && this.compare(thing, this.kept[this.most - 1]) >= 0) {
      return;
    }
    let [from, to] = [0, this.kept.length];
    while (from < to) {
      const middle = (from + to) >> 1; // eslint-disable-line no-bitwise -- half of it, rounded down
      [from, to] = this.compare(thing, this.kept[middle]) < 0 ? [from, middle] : [middle + 1, to];
    }
    this.kept.splice(from, 0, thing);
    this.kept.length = Math.min(this.kept.length, this.most);
  }

  /** The first ones, in their order. */
  public get all(): readonly T[] {
    return this.kept;
  }
}
