// Replaces asset hashes, so that a new bundle does not change every snapshot.
const HASH = /[a-f0-9]{64}/;

export const test = (value: unknown): boolean => typeof value === 'string' && HASH.test(value);

export const print = (value: unknown, serialize: (value: unknown) => string): string =>
  serialize(String(value).replace(new RegExp(HASH.source, 'g'), '<asset-hash>'));
