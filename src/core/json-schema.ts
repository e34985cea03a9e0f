/** What the JSON Schemas of this library are made of (draft 2020-12). */

export const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

export const TEXT = { type: 'string' } as const;
export const COUNT = { type: 'integer', minimum: 0 } as const;
export const FLAG = { type: 'boolean' } as const;
/** Any value, null included. */
export const ANY = {} as const;

/** An object that has these properties and no others. */
export const object = (properties: object, optional: object = {}): object => ({
  type: 'object', properties: { ...properties, ...optional }, required: Object.keys(properties), additionalProperties: false,
});

export const list = (items: object): object => ({ type: 'array', items });

export const oneOf = (...values: string[]): object => ({ enum: values });
