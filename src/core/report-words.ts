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

/** Cuts a text to at most so many bytes as JSON: what is no letter may take six bytes there. Never through the two halves of one character. */
export function cutToBytes(text: string, most: number): string {
  const bytesOf = (part: string) => Buffer.byteLength(JSON.stringify(part)) - 2;
  let part = text;
  for (let bytes = bytesOf(part); bytes > most; bytes = bytesOf(part)) {
    // the mark has three bytes
    part = `${part.replace(/…$/, '').slice(0, Math.floor(((part.length - 1) * (most - 3)) / bytes)).replace(/[\uD800-\uDBFF]$/, '')}…`;
  }
  return part;
}

/** The message that a function threw: Step Functions hands it over within JSON, and so do we where we give an error another name. */
export function messageOf(cause: string | undefined): string {
  const given = (text: string | undefined) => (text === undefined || text.trim() === '' ? 'no cause was given' : text.slice(0, LONGEST_CAUSE));
  try {
    const parsed = JSON.parse(cause ?? '') as { errorMessage?: unknown; Error?: unknown; Cause?: unknown };
    if (typeof parsed.Error === 'string') {
      return `${parsed.Error}: ${messageOf(typeof parsed.Cause === 'string' ? parsed.Cause : undefined)}`;
    }
    return given(typeof parsed.errorMessage === 'string' ? parsed.errorMessage : cause);
  } catch {
    return given(cause);
  }
}
