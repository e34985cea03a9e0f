/* eslint-disable @typescript-eslint/no-require-imports --
   The first two packages call themselves ES modules and ship a CommonJS build beside it: `require` takes that one, which also runs in jest.
   The third one has no types. */
import type * as InterpreterLibrary from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };
import type * as JsonPathLibrary from 'jsonpath-plus' with { 'resolution-mode': 'import' };

interface Validation {
  readonly isValid: boolean;
  errorsText(separator: string): string;
}

const interpreter = require('aws-local-stepfunctions') as typeof InterpreterLibrary;
const jsonPath = require('jsonpath-plus') as typeof JsonPathLibrary;
const validator = require('asl-validator') as (definition: unknown, options: { checkPaths: boolean; checkArn: boolean }) => Validation;

/** aws-local-stepfunctions 3 asks for Node.js 22, but this one function is all that Node.js 20 lacks. */
function addMissingFunction(promise: { withResolvers?: unknown }): void {
  promise.withResolvers ??= <T>(): unknown => {
    let settle: { resolve: (value: T) => void; reject: (reason: unknown) => void } | undefined;
    const created = new Promise<T>((resolve, reject) => {
      settle = { resolve, reject };
    });
    return { promise: created, ...settle };
  };
}

addMissingFunction(Promise as { withResolvers?: unknown });

export const { ExecutionAbortedError, ExecutionError, ExecutionTimeoutError, StateMachine: Interpreter } = interpreter;
export const { JSONPath } = jsonPath;
export const validateDefinition = validator;
export type InterpreterDefinition = InterpreterLibrary.StateMachineDefinition;
