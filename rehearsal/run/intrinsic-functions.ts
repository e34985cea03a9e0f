import { createHash, randomUUID } from 'node:crypto';
import { queryPath } from './json-path';
import { NotRehearsedError, TaskError } from './task-error';

// aws-local-stepfunctions has these functions too, but it deletes every backslash from a text that a function returns: what
// States.JsonToString makes of a path with a quotation mark in it is no JSON any more. It also counts parentheses inside of texts.

type Function_ = (...values: unknown[]) => unknown;

/** Braces that the definition escaped; States.Format must not take them for a place to fill in. */
const ESCAPED_OPEN = '\uE07B';
const ESCAPED_CLOSE = '\uE07D';

function fail(message: string): never {
  throw new TaskError('States.IntrinsicFailure', message);
}

function isList(value: unknown, name: string): asserts value is unknown[] {
  if (!Array.isArray(value)) {
    fail(`${name} expects an array, got ${JSON.stringify(value)}`);
  }
}

function isText(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') {
    fail(`${name} expects a string, got ${JSON.stringify(value)}`);
  }
}

function isInteger(value: unknown, name: string): asserts value is number {
  if (!Number.isInteger(value)) {
    fail(`${name} expects an integer, got ${JSON.stringify(value)}`);
  }
}

/** "Intrinsic functions for JSONPath states", Step Functions Developer Guide. */
const FUNCTIONS: Readonly<Record<string, Function_>> = {
  'States.Format': (template, ...values) => {
    isText(template, 'States.Format');
    const parts = template.split('{}');
    if (parts.length !== values.length + 1) {
      fail(`States.Format has ${parts.length - 1} places and ${values.length} values: ${template}`);
    }
    const texts = values.map((value) => (typeof value === 'object' && value !== null ? fail(`States.Format expects no ${JSON.stringify(value)}`) : String(value)));
    return parts.reduce((text, part, index) => `${text}${texts[index - 1]}${part}`);
  },
  'States.StringToJson': (text) => {
    isText(text, 'States.StringToJson');
    try {
      return JSON.parse(text);
    } catch {
      return fail(`States.StringToJson cannot parse ${text}`);
    }
  },
  'States.JsonToString': (value) => JSON.stringify(value),
  'States.Array': (...values) => values,
  'States.ArrayContains': (list, value) => {
    isList(list, 'States.ArrayContains');
    return list.some((element) => JSON.stringify(element) === JSON.stringify(value));
  },
  'States.ArrayGetItem': (list, index) => {
    isList(list, 'States.ArrayGetItem');
    isInteger(index, 'States.ArrayGetItem');
    return index >= 0 && index < list.length ? list[index] : fail(`States.ArrayGetItem has no item ${index} in an array of ${list.length}`);
  },
  'States.ArrayLength': (list) => {
    isList(list, 'States.ArrayLength');
    return list.length;
  },
  'States.ArrayUnique': (list) => {
    isList(list, 'States.ArrayUnique');
    return [...new Map(list.map((element) => [JSON.stringify(element), element])).values()];
  },
  'States.ArrayPartition': (list, size) => {
    isList(list, 'States.ArrayPartition');
    isInteger(size, 'States.ArrayPartition');
    return size < 1 ? fail(`States.ArrayPartition expects a size of at least 1, got ${size}`)
      : Array.from({ length: Math.ceil(list.length / size) }, (_, chunk) => list.slice(chunk * size, (chunk + 1) * size));
  },
  'States.ArrayRange': (first, last, step) => {
    [first, last, step].forEach((value) => isInteger(value, 'States.ArrayRange'));
    const length = Math.max(0, Math.floor((Number(last) - Number(first)) / Number(step)) + 1);
    return step === 0 || length > 1000 ? fail('States.ArrayRange expects a step other than 0 and at most 1000 values')
      : Array.from({ length }, (_, index) => Number(first) + index * Number(step));
  },
  'States.JsonMerge': (first, second, deep) => {
    const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
    return deep === false && isObject(first) && isObject(second) ? { ...first as object, ...second as object }
      : fail('States.JsonMerge expects two objects and false, for Step Functions merges no deeper');
  },
  'States.MathAdd': (first, second) => {
    isInteger(first, 'States.MathAdd');
    isInteger(second, 'States.MathAdd');
    return first + second;
  },
  'States.Hash': (value, algorithm) => {
    isText(algorithm, 'States.Hash');
    return createHash(algorithm.replace('-', '').toLowerCase()).update(typeof value === 'string' ? value : JSON.stringify(value)).digest('hex');
  },
  'States.Base64Encode': (text) => {
    isText(text, 'States.Base64Encode');
    return Buffer.from(text).toString('base64');
  },
  'States.Base64Decode': (text) => {
    isText(text, 'States.Base64Decode');
    return Buffer.from(text, 'base64').toString();
  },
  'States.UUID': () => randomUUID(),
};

/** Reads a call from left to right: texts in apostrophes, paths, numbers, true, false, null, and calls as arguments. */
class Call {
  private position = 0;

  constructor(private readonly text: string, private readonly input: unknown, private readonly context: unknown) { }

  public evaluate(): unknown {
    const value = this.call();
    this.skipSpaces();
    return this.position === this.text.length ? value : this.refuse();
  }

  private call(): unknown {
    const name = this.take(/States\.\w+(?=\()/y);
    this.position += 1;
    const values: unknown[] = [];
    this.skipSpaces();
    while (this.text[this.position] !== ')') {
      values.push(this.argument());
      this.skipSpaces();
      if (this.text[this.position] === ',') {
        this.position += 1;
      } else if (this.text[this.position] !== ')') {
        this.refuse();
      }
    }
    this.position += 1;
    const implementation = FUNCTIONS[name];
    if (implementation === undefined) {
      throw new NotRehearsedError(`the intrinsic function '${name}' is not executed here`);
    }
    const unescaped = name === 'States.Format' ? values : values.map(withBraces);
    return withBraces(implementation(...unescaped));
  }

  private argument(): unknown {
    this.skipSpaces();
    const next = this.text[this.position];
    if (next === 'S') {
      return this.call();
    }
    if (next === "'") {
      return this.take(/'(?:\\.|[^'\\])*'/ys).slice(1, -1).replace(/\\(.)/gs, (_, escaped: string) =>
        (escaped === '{' ? ESCAPED_OPEN : escaped === '}' ? ESCAPED_CLOSE : escaped));
    }
    if (next === '$') {
      return queryPath(this.take(/\$(?:\[(?:'[^']*'|"[^"]*"|[^\]])*\]|[^,()[\]\s])*/y), this.input, this.context, this.text);
    }
    return JSON.parse(this.take(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y));
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const [found] = pattern.exec(this.text) ?? this.refuse();
    this.position += found.length;
    return found;
  }

  private skipSpaces(): void {
    while (this.text[this.position] === ' ') {
      this.position += 1;
    }
  }

  private refuse(): never {
    return fail(`The value '${this.text}' is no intrinsic function at position ${this.position}`);
  }
}

function withBraces(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(ESCAPED_OPEN, '{').replaceAll(ESCAPED_CLOSE, '}') : value;
}

/** The value of a call such as `States.Format('{} of {}', $.name, States.ArrayLength($.items))`. */
export function evaluateIntrinsicFunction(text: string, input: unknown, context: unknown): unknown {
  return new Call(text, input, context).evaluate();
}
