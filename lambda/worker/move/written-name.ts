import { fromBytes, fromText, toBytes, toText } from '../../fs/byte-name';

/**
 * A name as a journal has it: as text, or in base64 where JSON would write it as something much longer (control characters take six
 * bytes each), or where it is no text.
 */
export type WrittenName = string | { readonly base64: string };

/* eslint-disable-next-line no-control-regex -- JSON escapes exactly these */
const ESCAPED = /[\u0000-\u001f]/;

export function writeName(name: string): WrittenName {
  const text = toText(name);
  return ESCAPED.test(text) || fromText(text) !== name ? { base64: toBytes(name).toString('base64') } : text;
}

/** The byte string; undefined if it was not written by `writeName`, or is not the name of an entry. */
export function readName(written: unknown): string | undefined {
  const base64 = (written as { base64?: unknown } | null | undefined)?.base64;
  const name = typeof written === 'string' ? fromText(written) : typeof base64 === 'string' ? fromBytes(Buffer.from(base64, 'base64')) : '';
  return isName(name) ? name : undefined;
}

/** True for what may be the name of an entry. */
export const isName = (name: string): boolean => name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
