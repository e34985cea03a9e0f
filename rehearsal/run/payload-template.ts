import { evaluateIntrinsicFunction } from './intrinsic-functions';
import { queryPath } from './json-path';

/** The value of a field that ends in `.$`: a path, or an intrinsic function. */
export function evaluateField(expression: string, input: unknown, context: unknown, field: string): unknown {
  return expression.startsWith('$') ? queryPath(expression, input, context, field) : evaluateIntrinsicFunction(expression, input, context);
}

/** Parameters, ResultSelector and ItemSelector: JSON in which fields that end in `.$` are filled in. */
export function evaluateTemplate(template: unknown, input: unknown, context: unknown): unknown {
  if (Array.isArray(template)) {
    return template.map((element) => evaluateTemplate(element, input, context));
  }
  if (typeof template !== 'object' || template === null) {
    return template;
  }
  return Object.fromEntries(Object.entries(template).map(([key, value]) => key.endsWith('.$') && typeof value === 'string'
    ? [key.slice(0, -2), evaluateField(value, input, context, key)]
    : [key, evaluateTemplate(value, input, context)]));
}
