// How much of the engine the tests hold on to: docs/mutation.md has the command and the score.
import { area, mutate } from './areas.mjs';

/** All kinds of mutants but those that empty a block: what is left is the no-ops. */
const OTHERS = [
  'ArithmeticOperator', 'ArrayDeclaration', 'ArrowFunction', 'AssignmentOperator', 'BooleanLiteral', 'ConditionalExpression', 'EqualityOperator',
  'LogicalOperator', 'MethodExpression', 'ObjectLiteral', 'OptionalChaining', 'Regex', 'StringLiteral', 'UnaryOperator', 'UpdateOperator',
];

export default {
  mutate,
  mutator: { excludedMutations: OTHERS },
  testRunner: 'jest',
  jest: { projectType: 'custom', configFile: 'test/mutation/jest.config.mjs', enableFindRelatedTests: true },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  dryRunTimeoutMinutes: 20,
  timeoutMS: 20_000,
  concurrency: 1,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: `mutation-${area}.json` },
};
