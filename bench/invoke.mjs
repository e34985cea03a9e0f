// Calls the handler of a bundle as Step Functions does: again, with the answer before, until it is done. Prints the last answer.
import { createRequire } from 'node:module';

const [bundle, event] = process.argv.slice(2);
const { handler } = createRequire(import.meta.url)(bundle);
const MOST_CALLS = 20;
let answer = {};
let calls = 0;
try {
  do {
    const end = Date.now() + 900_000;
    answer = await handler({ ...JSON.parse(event), previous: answer }, { getRemainingTimeInMillis: () => end - Date.now() });
    calls += 1;
  } while (!answer.done && calls < MOST_CALLS);
  process.stdout.write(JSON.stringify({ ...answer, calls }));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error.name, message: error.message }));
}
