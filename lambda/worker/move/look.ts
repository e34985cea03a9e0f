import type { Action } from './decide';
import type { Judge } from './judge';
import { TAKEN, TAKEN_MEANWHILE } from './place';
import type { Place, Placer, Step } from './place';
import type { MoveCounts } from '../../../src/core/worker';
import { ENTRIES_AT_ONCE } from '../../fs/directory';
import type { Entry } from '../../fs/directory';
import type { Deadline } from '../../runtime/deadline';

export const AWAY = 'was moved away, or deleted, while it was moved: start again';
/** What the policy leaves where it is. */
const FATE_WITHOUT_STEP: Partial<Record<Action, { readonly fate: keyof MoveCounts; readonly note: string }>> = {
  SKIP: { fate: 'skipped', note: TAKEN },
  FAIL: { fate: 'failed', note: TAKEN_MEANWHILE },
};

/** An entry of a listing, and what is to be done with it, or why that is nothing. */
export interface Item {
  readonly name: string;
  /** How many entries the listing has before it. */
  readonly position: number;
  readonly step?: Step;
  readonly fate?: keyof MoveCounts;
  readonly note?: string;
  /** How many entries before it are in the live directory, too, and whether it is. */
  readonly matched: number;
  readonly isMatched: boolean;
}

/** A part of a listing: what is to be done, how many entries there are up to its end, and whether that is the end of all. */
export interface Look {
  readonly items: Item[];
  readonly end: number;
  readonly complete: boolean;
  /** How many of the entries the live directory has, too. */
  readonly matched: number;
}

/** How many entries of a listing are left out, and the names of those that were told already. */
interface Listed {
  readonly first: number;
  readonly settled: ReadonlySet<string>;
}

export interface LookerOptions {
  readonly judge: Judge;
  readonly placer: Placer;
  readonly deadline: Deadline;
  /** Told of what stays where it is as a whole. */
  readonly stays: (place: Place, entry: Pick<Step, 'name' | 'own'>) => void;
}

/** Looks at what a restored directory holds, and at the places of it. */
export class Looker {
  constructor(private readonly options: LookerOptions) {}

  /** Looks at entries until there is enough to do, and decides what; nothing is changed while a listing runs. */
  public async look(place: Place, source: AsyncIterable<Entry[]>, { first, settled }: Listed): Promise<Look> {
    const { deadline, judge, placer, stays } = this.options;
    const { restored, live, path } = place;
    const items: Item[] = [];
    let [end, steps, matched] = [first, 0, 0];
    for await (const batch of source) {
      const own = await restored.lstatAll(batch.map(({ name }) => name));
      const asked = batch.map(({ name }) => name).filter((name) => place.names.mayHave(name));
      const answers = await live.lstatAll(asked);
      const places = new Map(asked.map((name, index) => [name, answers[index]]));
      for (const [index, { name }] of batch.entries()) {
        const [position, stats, there] = [end + index, own[index], places.get(name)];
        if (settled.has(name)) {
          continue;
        }
        if (!stats) {
          items.push({ name, position, fate: 'failed', note: AWAY, matched, isMatched: false }); // it displaces nothing
          continue;
        }
        const of = { name, position, matched, isMatched: there !== undefined };
        matched += there ? 1 : 0;
        const judgement = judge.of(path, name, stats, there);
        if (judgement.kind === 'STAY') {
          items.push({ ...of, ...judgement });
          stays(place, { name, own: stats });
        } else if (judgement.kind === 'ACT') {
          const step = await placer.plan(place, name, stats, there);
          const fate = FATE_WITHOUT_STEP[step.action];
          steps += fate ? 0 : 1; // what has none is met by the next listing, too: waiting for that many would have no end
          items.push({ ...of, ...fate ?? { step } });
        }
      }
      end += batch.length;
      if (steps >= ENTRIES_AT_ONCE || deadline.reached) {
        return { items, end, complete: false, matched };
      }
    }
    return { items, end, complete: true, matched };
  }
}
