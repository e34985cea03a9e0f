import * as backup from '@aws-sdk/client-backup';
import type { BackupClient } from '@aws-sdk/client-backup';
import * as efs from '@aws-sdk/client-efs';
import type { EFSClient } from '@aws-sdk/client-efs';
import { TaskError } from './task-error';

/** The clients of the services whose SDK integrations are rehearsed, made by the caller (endpoint, credentials, retries). */
export interface SdkClients {
  readonly backup?: BackupClient;
  readonly efs?: EFSClient;
}

/** A call of the AWS SDK as a state makes it: parameters in PascalCase, the answer as JSON. */
export type SdkCall = (parameters: Record<string, unknown>) => Promise<unknown>;

interface Client {
  send(command: unknown): Promise<unknown>;
}

const COMMANDS: Readonly<Record<keyof SdkClients, object>> = { backup, efs };

/** The names in front of the errors ("Supported services": exception prefix, Step Functions Developer Guide). */
const ERROR_PREFIXES: Readonly<Record<keyof SdkClients, string>> = { backup: 'Backup', efs: 'Efs' };

/** The call of `arn:aws:states:::aws-sdk:<service>:<operation>`, or undefined if nobody serves it. */
export function sdkCall(service: string, operation: string, clients: SdkClients): SdkCall | undefined {
  const client = clients[service as keyof SdkClients] as Client | undefined;
  const commands = COMMANDS[service as keyof SdkClients] as Record<string, (new (input: unknown) => unknown) | undefined> | undefined;
  const Command = commands?.[`${operation.charAt(0).toUpperCase()}${operation.slice(1)}Command`];
  if (client === undefined || Command === undefined) {
    return undefined;
  }
  const prefix = ERROR_PREFIXES[service as keyof SdkClients];
  return async (parameters) => {
    let answer: unknown;
    try {
      answer = await client.send(new Command(parameters));
    } catch (error) {
      throw toTaskError(prefix, error);
    }
    return toJson(answer);
  };
}

/**
 * Step Functions names errors as the AWS SDK for Java 2.x does: with the suffix Exception, which many errors of Amazon EFS lack,
 * and SdkClientException when no answer came ("Learning to use AWS service SDK integrations", Step Functions Developer Guide).
 */
export function toTaskError(prefix: string, error: unknown): TaskError {
  if (error instanceof TaskError) {
    return error;
  }
  const { name, message, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string } };
  if ($metadata?.httpStatusCode === undefined) {
    return new TaskError(`${prefix}.SdkClientException`, `Unable to execute HTTP request: ${message}`);
  }
  const text = `${message} (Service: ${prefix}, Status Code: ${$metadata.httpStatusCode}, Request ID: ${$metadata.requestId ?? 'null'})`;
  return new TaskError(`${prefix}.${name.replace(/Exception$/, '')}Exception`, text);
}

function toJson(value: unknown): unknown {
  if (value instanceof Date || Object.prototype.toString.call(value) === '[object Date]') {
    return (value as Date).toISOString().replace('.000Z', 'Z'); // Instant.toString() of Java leaves out a fraction of zero
  }
  if (Array.isArray(value)) {
    return value.map(toJson);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value)
      .filter(([name, inner]) => name !== '$metadata' && inner !== undefined)
      .map(([name, inner]) => [name, toJson(inner)]));
  }
  return value;
}
