type Schema = Readonly<Record<string, any>>;

const KNOWN = ['$schema', 'title', 'type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'minimum'];

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'object': return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array': return Array.isArray(value);
    case 'integer': return Number.isInteger(value);
    default: return typeof value === type;
  }
}

/** What is wrong with a value by a JSON Schema of the keywords above; any other keyword throws. */
export function violations(schema: Schema, value: any, at = '$'): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !KNOWN.includes(keyword));
  if (unknown.length > 0) {
    throw new Error(`the keywords ${unknown.join(', ')} are not checked here`);
  }
  if (schema.enum !== undefined) {
    return schema.enum.includes(value) ? [] : [`${at}: ${JSON.stringify(value)} is none of ${schema.enum.join(', ')}`];
  }
  if (!isOfType(value, schema.type)) {
    return [`${at}: ${JSON.stringify(value)} is no ${schema.type}`];
  }
  if (schema.type === 'array') {
    return value.flatMap((item: unknown, index: number) => violations(schema.items, item, `${at}[${index}]`));
  }
  if (schema.type !== 'object') {
    return schema.minimum !== undefined && value < schema.minimum ? [`${at}: ${value} is less than ${schema.minimum}`] : [];
  }
  return [
    ...schema.required.filter((key: string) => !(key in value)).map((key: string) => `${at}.${key} is missing`),
    ...Object.keys(value).filter((key) => !(key in schema.properties)).map((key) => `${at}.${key} is not known`),
    ...Object.entries(value).filter(([key]) => key in schema.properties).flatMap(([key, inner]) => violations(schema.properties[key], inner, `${at}.${key}`)),
  ];
}
