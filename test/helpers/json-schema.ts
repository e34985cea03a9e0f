import Ajv from 'ajv/dist/2020';

const ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true });

/** What is wrong with a value by a JSON Schema (2020-12), a sentence each. */
export function violations(schema: object, value: unknown): string[] {
  const validate = ajv.compile(schema);
  return validate(value) ? [] : validate.errors!.map(({ instancePath, message, params }) => `$${instancePath}: ${message} ${JSON.stringify(params)}`);
}
