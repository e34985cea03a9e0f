/** What reports have in common: how they word things, and how long that may be. */

/** SNS: the subject of a message has less than 100 characters, and no line breaks or control characters (Publish, Amazon SNS API reference). */
const LONGEST_SUBJECT = 99;
/** Step Functions: 256 KiB a state; a cause is cut long before that. */
const LONGEST_CAUSE = 8_000;

/** A subject that SNS takes. */
export const subjectOf = (text: string): string => text.replace(/[^ -~]/g, ' ').slice(0, LONGEST_SUBJECT);

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** A text whose control and format characters are written out: a name on the file system may have line breaks, and would else write lines of its own. */
export const inOneLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);

/** What a text may grow by where it is written out: reports go through the state of a state machine, which holds 256 KiB. */
const MOST_GROWTH_BYTES = 32;

/**
 * A report whose texts are written out in one line each, keys included: they hold names of files, of executions and errors, which others
 * choose. A text that would grow by much is cut.
 */
export function allInOneLine<Value>(value: Value): Value {
  if (typeof value === 'string') {
    const line = inOneLine(value);
    return (line === value ? value : cutToBytes(line, jsonBytesOf(value) + MOST_GROWTH_BYTES)) as Value;
  }
  if (Array.isArray(value)) {
    return value.map(allInOneLine) as Value;
  }
  return typeof value !== 'object' || value === null ? value
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [inOneLine(key), allInOneLine(inner)])) as Value;
}

const jsonBytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

/** Cuts a text to at most so many bytes as JSON: what is no letter may take six bytes there. Never through the two halves of one character. */
export function cutToBytes(text: string, most: number): string {
  let part = text;
  for (let bytes = jsonBytesOf(part); bytes > most; bytes = jsonBytesOf(part)) {
    // the mark has three bytes
    part = `${part.replace(/…$/, '').slice(0, Math.floor(((part.length - 1) * (most - 3)) / bytes)).replace(/[\uD800-\uDBFF]$/, '')}…`;
  }
  return part;
}

/**
 * The message that a function threw, in one line: Step Functions hands it over within JSON, and so do we where we give an error another
 * name. Functions of others are among them, and names of files are in the messages of ours.
 */
export function messageOf(cause: string | undefined): string {
  const given = (text: string | undefined) => (text === undefined || text.trim() === '' ? 'no cause was given' : inOneLine(text.trim().replace(/\s*[\r\n]\s*/g, ' ')).slice(0, LONGEST_CAUSE));
  try {
    const parsed = JSON.parse(cause ?? '') as { errorMessage?: unknown; Error?: unknown; Cause?: unknown };
    if (typeof parsed.Error === 'string') {
      return `${inOneLine(parsed.Error)}: ${messageOf(typeof parsed.Cause === 'string' ? parsed.Cause : undefined)}`;
    }
    return given(typeof parsed.errorMessage === 'string' ? parsed.errorMessage : cause);
  } catch {
    return given(cause);
  }
}
