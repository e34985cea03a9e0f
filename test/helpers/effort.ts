/**
 * How much of the longest tests a run does. `npm test` does a quarter of what random inputs and crashes at each call would take, another one in each
 * run; with ENDURANCE_ROUNDS (`npm run test:endurance`, which CI calls too) all of it is done.
 */
export const DOES_ALL = process.env.ENDURANCE_ROUNDS !== undefined;
const QUARTER = 4;

/** How many random inputs a property gets, of so many in all. */
export const runs = (all: number): number => (DOES_ALL ? all : Math.ceil(all / QUARTER));

/** How large a large directory is. */
export const large = (all: number, few: number): number => (DOES_ALL ? all : few);

/** The numbers of the calls at which a test crashes what it tests, without an end: of each four in a row, one. */
export function* crashPoints(): Generator<number> {
  const every = DOES_ALL ? 1 : QUARTER;
  for (let n = Math.floor(Math.random() * every); ; n += every) {
    yield n;
  }
}
