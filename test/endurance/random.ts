/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  private state: number;

  constructor(public readonly seed: number) {
    this.state = seed;
  }

  /** From 0 up to, and without, 1. */
  public next(): number {
    /* eslint-disable no-bitwise -- arithmetic of 32 bits */
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    /* eslint-enable no-bitwise */
  }

  public below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  public chance(probability: number): boolean {
    return this.next() < probability;
  }

  public pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  public shuffle<T>(items: readonly T[]): T[] {
    return items.map((item): [number, T] => [this.next(), item]).sort(([a], [b]) => a - b).map(([, item]) => item);
  }

  /** Other numbers, which depend on a text and not on what was drawn before. */
  public fork(text: string): Random {
    let hash = this.seed;
    for (const character of text) {
      hash = Math.imul(hash, 31) + character.charCodeAt(0);
      hash %= 2 ** 31;
    }
    return new Random(new Random(hash).below(2 ** 31));
  }
}
