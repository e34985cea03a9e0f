import * as path from 'node:path';
import { LegacyESLint } from 'eslint/use-at-your-own-risk';
import { LAYERS } from '../projenrc/layers';

const ROOT = path.join(__dirname, '..');
const RULES = ['no-restricted-imports', '@typescript-eslint/no-restricted-imports'];
const [CORE, CONSTRUCTS, RUN_TIME] = LAYERS.map(({ message }) => message);
const CLIENTS = 'only lambda/control-plane.lambda.ts and lambda/cleanup-control-plane.lambda.ts and lambda/custom-resources.lambda.ts may use the AWS SDK; take a narrow interface instead';

// planted files are in no program, so the rules that need types cannot run
const eslint = new LegacyESLint({
  cwd: ROOT,
  overrideConfig: {
    parserOptions: { projectService: null },
    rules: { '@typescript-eslint/no-floating-promises': 'off', '@typescript-eslint/return-await': 'off' },
  },
} as ConstructorParameters<typeof LegacyESLint>[0]);

/** What lint says about a file at a place with this line in it, as far as it is about imports. */
async function complaints(file: string, line: string): Promise<string[]> {
  const [{ messages }] = await eslint.lintText(`${line}\n`, { filePath: path.join(ROOT, file) });
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return messages.filter(({ ruleId, severity }) => RULES.includes(ruleId ?? '') && severity === 2).map(({ message }) => message);
}

describe('src/core', () => {
  test.each(['node:fs', 'fs', 'aws-cdk-lib/core', 'constructs', '@aws-sdk/client-backup', '../private/warnings', '../../lambda/fs/walk', './../private/warnings', '../core/problem'])
  ('may not import %s', async (module) => {
    expect(await complaints('src/core/planted.ts', `import * as planted from '${module}';`)).toEqual([expect.stringContaining(CORE)]);
    expect(await complaints('src/core/planted.ts', `import type { Planted } from '${module}';`)).toEqual([expect.stringContaining(CORE)]);
    expect(await complaints('src/core/planted.ts', `export * from '${module}';`)).toEqual([expect.stringContaining(CORE)]);
  });

  test.each(['./problem', './item-path'])('may import %s', async (module) => {
    expect(await complaints('src/core/planted.ts', `import { planted } from '${module}';`)).toEqual([]);
  });
});

describe.each(['src/restore/planted.ts', 'src/private/planted.ts', 'src/planted.ts'])('%s', (file) => {
  test.each(['aws-cdk-lib', '@aws-sdk/client-backup', '../../lambda/worker/move', '../../rehearsal/rehearsal'])('may not import %s', async (module) => {
    expect(await complaints(file, `import * as planted from '${module}';`)).toEqual([expect.stringContaining(CONSTRUCTS)]);
  });

  test.each(['aws-cdk-lib/core', 'aws-cdk-lib/aws-lambda', 'constructs', '../core/problem', './neighbour', 'path'])('may import %s', async (module) => {
    expect(await complaints(file, `import * as planted from '${module}';`)).toEqual([]);
  });
});

describe.each(['lambda/planted.ts', 'lambda/worker/planted.ts', 'lambda/control-plane.lambda.ts'])('%s', (file) => {
  test.each(['aws-cdk-lib', 'aws-cdk-lib/core', 'constructs', '../rehearsal/rehearsal', '../src/private/warnings', '../../src/restore', '../src', '../src/core/../private/warnings'])
  ('may not import %s', async (module) => {
    expect(await complaints(file, `import * as planted from '${module}';`)).toEqual([expect.stringContaining(RUN_TIME)]);
  });

  test.each(['rimraf', '@aws-lambda-powertools/logger', 'fs'])('may not import %s: no dependency, and what is of Node.js says so', async (module) => {
    expect(await complaints(file, `import * as planted from '${module}';`)).toEqual([expect.stringContaining(RUN_TIME)]);
  });

  test.each(['node:fs', '../src/core/problem', '../../src/core/contract', './neighbour', '../fs/walk'])('may import %s', async (module) => {
    expect(await complaints(file, `import * as planted from '${module}';`)).toEqual([]);
  });
});

describe('the AWS SDK', () => {
  test.each(['lambda/control-plane/planted.ts', 'lambda/worker/planted.ts', 'lambda/file-system-worker.lambda.ts', 'lambda/planted.lambda.ts'])
  ('is no value in %s, but a type', async (file) => {
    for (const client of ['@aws-sdk/client-backup', '@aws-sdk/client-efs']) {
      expect(await complaints(file, `import { Planted } from '${client}';`)).toEqual([expect.stringContaining(CLIENTS)]);
      expect(await complaints(file, `import type { Planted } from '${client}';`)).toEqual([]);
      expect(await complaints(file, `import { type Planted } from '${client}';`)).toEqual([]);
    }
  });

  test('is a value where the clients are made', async () => {
    for (const file of ['lambda/control-plane.lambda.ts', 'lambda/cleanup-control-plane.lambda.ts']) {
      expect(await complaints(file, "import { BackupClient } from '@aws-sdk/client-backup';")).toEqual([]);
    }
  });
});
