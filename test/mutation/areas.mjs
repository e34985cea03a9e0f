// What is mutated together, and the tests that must notice. Tests lie where the code lies, so these are its own.
export const AREAS = {
  core: { mutate: ['src/core/**/*.ts'], tests: ['core/*'] },
  fs: { mutate: ['lambda/fs/**/*.ts', 'lambda/runtime/**/*.ts'], tests: ['lambda/fs/!(walk-properties)', 'lambda/runtime/*'] },
  delete: {
    mutate: ['lambda/worker/delete.ts', 'lambda/worker/delete/**/*.ts', 'lambda/worker/{release,records,recovery-directory,use,refuse-invalid}.ts'],
    tests: ['lambda/worker/delete*', 'lambda/worker/quarantine', 'lambda/worker/records'],
  },
  move: { mutate: ['lambda/worker/move.ts', 'lambda/worker/move/**/*.ts'], tests: ['lambda/worker/move*'] },
  undo: { mutate: ['lambda/worker/undo.ts', 'lambda/worker/undo/**/*.ts'], tests: ['lambda/worker/undo'] },
  verify: { mutate: ['lambda/worker/verify.ts', 'lambda/worker/verify/**/*.ts', 'lambda/worker/find.ts'], tests: ['lambda/worker/verify*', 'lambda/worker/find'] },
  survey: { mutate: ['lambda/worker/survey.ts', 'lambda/worker/survey/**/*.ts', 'lambda/worker/notes.ts'], tests: ['lambda/worker/survey*'] },
};

const area = process.env.AREA ?? '';
if (!(area in AREAS)) {
  throw new Error(`Say what to mutate: AREA=${Object.keys(AREAS).join('|')}`);
}
export const { mutate, tests } = AREAS[area];
export { area };
