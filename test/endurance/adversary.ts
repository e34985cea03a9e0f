import * as fs from 'node:fs';
import { MARK, NAMES } from './grow';
import { NAME, QUARANTINE, WORK } from './perform';
import type { Random } from './random';
import type { World } from './world';
import { errnoOrThrow } from '../../lambda/fs/errno';
import type { Call } from '../helpers/fault';
import { bytes } from '../helpers/temp-tree';

/** Calls of one round: whoever makes more has no end. */
const MOST_CALLS = 30_000;
const MODES = [0o700, 0o755, 0o1777, 0o3777];
/** When a file is written that must count as use. */
const FAR_FUTURE = Date.UTC(2090, 0, 1) / 1000;

export interface Habits {
  /** How likely it acts before a call. */
  readonly chance: number;
  readonly most: number;
}

/**
 * Somebody who changes the file system between two calls of the worker, in the worst places: where the worker is right now. What it
 * does depends on the call and how often that came, not on the order of the calls. It never takes a content away for good, and
 * what it writes is a content that nobody else may take away.
 */
export class Adversary {
  public acts = 0;
  /** Contents that it wrote into live directories. */
  public readonly written: string[] = [];
  private readonly swapped: Array<{ place: string; to: string }> = [];
  private readonly times = new Map<string, number>();
  private calls = 0;
  private serial = 0;

  constructor(private readonly world: World, private readonly random: Random, private readonly habits: Habits) {}

  /** For `intercept`. */
  public before({ operation, paths }: Call): void {
    this.calls += 1;
    if (this.calls > MOST_CALLS) {
      throw new Error(`no end after ${MOST_CALLS} calls`);
    }
    const key = [operation, ...paths.map((path) => path.slice(this.world.root.length))].join(' ');
    const times = (this.times.get(key) ?? 0) + 1;
    this.times.set(key, times);
    const random = this.random.fork(`${key} ${times}`);
    if (this.acts < this.habits.most && random.chance(this.habits.chance)) {
      this.act(random, paths);
    }
  }

  private act(random: Random, paths: readonly string[]): void {
    const place = this.target(random, paths);
    try {
      if (this.swapped.length > 0 && random.chance(0.25)) {
        this.swapBack(random);
      } else if (this.world.isOpenToChange(place)) {
        this.change(random, place);
      } else if (this.world.isFree(place)) {
        this.acts += 1;
        this.write(place, random);
      }
    } catch (error) {
      errnoOrThrow(error); // the worker, which does not wait, was there first
    }
  }

  private target(random: Random, paths: readonly string[]): string {
    const { root } = this.world;
    const there = random.pick(paths).replace(/( \(deleted\))?(\/\.)?$/, '');
    if (random.chance(0.65) && there.startsWith(`${root}/`)) {
      const components = there.slice(root.length + 1).split('/');
      return `${root}/${components.slice(0, 1 + random.below(components.length)).join('/')}`;
    }
    const top = random.pick([NAME, QUARANTINE, WORK, `${WORK}/${NAME}`, `${WORK}/${NAME}/journal`, `${WORK}/${NAME}/replaced`, `${WORK}/${NAME}/moved.json`, ...NAMES]);
    const below = random.shuffle(NAMES).slice(0, random.below(3));
    return `${root}/${[top, ...below].join('/')}`;
  }

  private change(random: Random, place: string): void {
    this.acts += 1;
    const stats = fs.lstatSync(bytes(place));
    const act = random.below(10);
    if (act === 0 && !stats.isSymbolicLink()) {
      fs.chmodSync(bytes(place), random.pick(MODES));
    } else if (!stats.isDirectory()) {
      this.takeAway(random, place);
      this.putSomething(random, place, act < 8);
    } else if (act <= 2) {
      this.write(`${place}/${random.pick([...NAMES, 'new'])}`, random);
    } else if (act <= 6) {
      this.takeAway(random, place);
      fs.symlinkSync(bytes(this.linkTarget(random, place)), bytes(place));
    } else {
      this.takeAway(random, place);
      this.putSomething(random, place, act === 7);
    }
  }

  private linkTarget(random: Random, place: string): string {
    const depth = place.slice(this.world.root.length + 1).split('/').length;
    return random.pick([...this.world.sentinels, `${'../'.repeat(depth - 1)}keep`, `${'../'.repeat(depth)}outside`]) + (random.chance(0.3) ? `/${NAME}` : '');
  }

  /** Nothing, a directory with something in it, or what keeps a careless reader waiting. */
  private putSomething(random: Random, place: string, something: boolean): void {
    if (!something) {
      return;
    }
    if (random.chance(place.includes(WORK) ? 0.6 : 0.25)) {
      fs.linkSync(this.world.fifo, bytes(place));
    } else if (random.chance(0.5)) {
      fs.mkdirSync(bytes(place));
      this.write(`${place}/${random.pick(NAMES)}`, random);
    } else if (this.world.isLive(place)) {
      this.write(place, random);
    }
  }

  private write(place: string, random: Random): void {
    const content = `x${MARK}${this.serial += 1}`;
    fs.writeFileSync(bytes(place), content, { flag: 'wx' });
    if (this.world.isLive(place)) {
      this.written.push(content);
    }
    if (random.chance(0.1)) {
      fs.utimesSync(bytes(place), FAR_FUTURE, FAR_FUTURE);
    }
  }

  /** Out of the file system, or to another place of it. */
  private takeAway(random: Random, place: string): void {
    const to = random.chance(0.5) ? `${this.world.away}/${this.serial += 1}` : `${this.world.root}/away-${this.serial += 1}`;
    fs.renameSync(bytes(place), bytes(to));
    this.swapped.push({ place, to });
  }

  private swapBack(random: Random): void {
    const [{ place, to }] = this.swapped.splice(random.below(this.swapped.length), 1);
    if (!this.world.isReal(place.slice(0, place.lastIndexOf('/')))) {
      return;
    }
    const there = fs.lstatSync(bytes(place), { throwIfNoEntry: false });
    if (there?.isSymbolicLink() && !fs.readlinkSync(bytes(place), 'latin1').includes(MARK)) {
      fs.unlinkSync(bytes(place));
    }
    this.acts += 1;
    if (fs.lstatSync(bytes(to)).isDirectory()) {
      fs.renameSync(bytes(to), bytes(place));
    } else {
      fs.linkSync(bytes(to), bytes(place));
      fs.unlinkSync(bytes(to));
    }
  }
}
