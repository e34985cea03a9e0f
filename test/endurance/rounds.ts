import { Random } from './random';

/**
 * ENDURANCE_ROUNDS: how many rounds the longest test runs, the others run their share of it. A long run:
 * `ENDURANCE_ROUNDS=5000 npx jest test/endurance`.
 *
 * ENDURANCE_SEED: each round has a seed of its own, which its failure tells. With it, the first round is that one again; with
 * `UV_THREADPOOL_SIZE=1`, too, the calls to the file system come in the same order.
 */
const ROUNDS = wholeNumber('ENDURANCE_ROUNDS') ?? 20;
export const SEED = wholeNumber('ENDURANCE_SEED') ?? Math.floor(Math.random() * 2 ** 30);

/** Only there to end what hangs: a round takes some milliseconds, the longest one a few seconds. */
const LONGEST_ROUND_MILLISECONDS = 60_000;

function wholeNumber(variable: string): number | undefined {
  const text = process.env[variable];
  if (text !== undefined && !/^\d{1,10}$/.test(text)) {
    throw new Error(`${variable} must be a whole number, got '${text}'`);
  }
  return text === undefined ? undefined : Number(text);
}

/** The rounds of a test that runs this share of them; at least one. */
export const roundsOf = (share: number): number => Math.max(1, Math.round(ROUNDS * share));
export const longestOf = (share: number): number => (roundsOf(share) + 1) * LONGEST_ROUND_MILLISECONDS;

async function endingInTime(round: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), LONGEST_ROUND_MILLISECONDS);
  });
  try {
    await Promise.race([round, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A test of many rounds, each with random numbers of its own; `end` comes after the last one. */
export function testRounds(title: string, share: number, round: (random: Random) => Promise<void>, end?: (rounds: number) => void): void {
  test(title, async () => {
    const rounds = roundsOf(share);
    for (let index = 0; index < rounds; index += 1) {
      const seed = SEED + index;
      try {
        await endingInTime(round(new Random(seed)));
      } catch (error) {
        const again = `ENDURANCE_SEED=${seed} ENDURANCE_ROUNDS=1`;
        throw new Error(`round ${index + 1} of ${rounds}; to see it again: ${again}\n${(error as Error).stack}`);
      }
    }
    end?.(rounds);
  }, longestOf(share));
}
