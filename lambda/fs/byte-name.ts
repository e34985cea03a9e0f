/**
 * Names on a file system are bytes, not text. The engine keeps them as "byte strings", one character (U+0000 to U+00FF) a byte,
 * which lose nothing, compare and join like strings, and are turned into bytes for the kernel and into text for people.
 */

/** A byte string of text. */
export const fromText = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The text of a byte string; bytes that are no UTF-8 show as U+FFFD. */
export const toText = (name: string): string => Buffer.from(name, 'latin1').toString('utf8');

/** A byte string of bytes. */
export const fromBytes = (bytes: Buffer): string => bytes.toString('latin1');

/** The bytes of a byte string. */
export const toBytes = (name: string): Buffer => Buffer.from(name, 'latin1');
