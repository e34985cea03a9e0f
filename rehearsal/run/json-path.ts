import { JSONPath } from './libraries';
import { TerminalError } from './task-error';

/** A path that may match any number of values gives a list, even an empty one; any other path gives the value itself. */
function mayMatchMany(path: string): boolean {
  return /\.\.|\*|\?\(|[:,]/.test(path.replace(/'[^']*'|"[^"]*"/g, ''));
}

/** The value of a path; `$$` looks into the context object. Undefined where there is none. */
export function findPath(path: string, input: unknown, context: unknown): unknown {
  const [document, inner] = path.startsWith('$$') ? [context, path.slice(1)] : [input, path];
  if (inner === '$') {
    return document;
  }
  if (typeof document !== 'object' || document === null) {
    return undefined;
  }
  return JSONPath({ path: inner, json: document, wrap: mayMatchMany(inner) });
}

/** The value of a path that must exist. The text is the one of Step Functions. */
export function queryPath(path: string, input: unknown, context: unknown, field: string): unknown {
  const value = findPath(path, input, context);
  if (value === undefined) {
    const text = `The JSONPath '${path}' specified for the field '${field}' could not be found in the input '${JSON.stringify(input)}'`;
    throw new TerminalError('States.Runtime', text);
  }
  return value;
}
