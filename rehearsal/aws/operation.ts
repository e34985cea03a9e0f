import { AwsError, notRehearsed } from './aws-error';

export type ServiceName = 'backup' | 'elasticfilesystem';

export type OperationName =
  | 'DeleteRecoveryPoint'
  | 'DescribeAccessPoints'
  | 'DescribeBackupJob'
  | 'DescribeBackupPolicy'
  | 'DescribeBackupVault'
  | 'DescribeFileSystems'
  | 'DescribeRecoveryPoint'
  | 'DescribeRegionSettings'
  | 'DescribeRestoreJob'
  | 'GetBackupVaultAccessPolicy'
  | 'GetRecoveryPointRestoreMetadata'
  | 'GetRestoreJobMetadata'
  | 'ListBackupJobs'
  | 'ListRecoveryPointsByBackupVault'
  | 'ListRestoreJobs'
  | 'ListRestoreJobsByProtectedResource'
  | 'ListTags'
  | 'PutBackupPolicy'
  | 'PutBackupVaultAccessPolicy'
  | 'StartBackupJob'
  | 'StartRestoreJob'
  | 'UpdateRegionSettings';

/** A query parameter: the member of the input that it carries, and how. */
export interface QueryParameter {
  readonly member: string;
  readonly type: 'string' | 'integer' | 'instant';
}

/** How an operation looks on the wire (REST-JSON, the Smithy models of the services). */
export interface Wire {
  readonly service: ServiceName;
  readonly name: OperationName;
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** With the members of the input that are in the path, as `:Member`. */
  readonly path: string;
  readonly query: Readonly<Record<string, QueryParameter>>;
}

export type Input = Record<string, unknown>;

export interface Operation extends Wire {
  answer(input: Input): object | Promise<object>;
}

/** An operation with the SDK's own types for what goes in and out. */
export function operation<I extends object, O extends object>(wire: Wire, answer: (input: I) => O | Promise<O>): Operation {
  return { ...wire, answer: (input) => answer(input as I) };
}

/** The parts of a request, decoded by the router. */
export interface RequestParts {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | string[]>>;
  readonly body: unknown;
}

function parse(name: string, value: string | string[], { type }: QueryParameter): unknown {
  const parsed = type === 'integer' ? Number(value) : type === 'instant' ? new Date(String(value)) : value;
  if (Array.isArray(value) || (parsed instanceof Date ? Number.isNaN(parsed.getTime()) : Number.isNaN(parsed))) {
    throw new AwsError('SerializationException', `The query parameter '${name}' is not of the type ${type}`);
  }
  return parsed;
}

/** The input of an operation, as the caller gave it to its SDK. */
export function inputOf(wire: Wire, { path, query, body }: RequestParts): Input {
  const input: Input = { ...path };
  for (const [name, value] of Object.entries(query)) {
    const parameter = wire.query[name];
    if (!parameter) {
      throw notRehearsed(`the query parameter '${name}' of ${wire.name}`);
    }
    input[parameter.member] = parse(name, value, parameter);
  }
  return wire.method === 'PUT' ? { ...(body as object), ...input } : input;
}

/** A body as REST-JSON writes it: instants are seconds since 1970. */
export function bodyOf(output: object): string {
  return JSON.stringify(output, function (this: Record<string, unknown>, key: string, value: unknown) {
    const original = this[key]; // `value` is what Date.toJSON has made of it
    return original instanceof Date ? original.getTime() / 1000 : value;
  });
}
