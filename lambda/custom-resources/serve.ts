import { CustomResourceError } from './custom-resource';
import type { CustomResource, CustomResourceRequest } from './custom-resource';
import { isAccessDenied, isTransient } from './transient';
import { CUSTOM_RESOURCE_PATIENCE_MINUTES } from '../../src/core/custom-resource';

/** Our part of the events that the provider framework passes from the beginning to the later calls. */
interface Going {
  /** In milliseconds since 1970-01-01T00:00:00Z. */
  readonly since: number;
  readonly memo?: unknown;
}

/** Both events of the provider framework: onEvent has no `Going` yet, isComplete has what onEvent was answered with. */
export type FrameworkEvent = CustomResourceRequest<any> & { readonly Going?: Going };

/** What the framework takes: CustomResourceProviders, "Important cases to handle" and `isComplete` (aws-cdk-lib/custom-resources). */
export type FrameworkAnswer = { readonly PhysicalResourceId: string; readonly Going: Going } | { readonly IsComplete: boolean };

const MINUTE = 60_000;
/** The whole response has 4,096 bytes ("Custom resource response objects", AWS CloudFormation User Guide), a physical id of up to 1 KB among them. */
const LONGEST_MESSAGE = 1_500;
/** For so long, a denial may be one that IAM has not yet taken back everywhere. */
const NEW_PERMISSIONS_MINUTES = 3;

/**
 * Serves both calls of the provider framework. What may pass is waited for, call by call; what does not is an error at once. Errors
 * of AWS keep their name, which the event of the stack would not show otherwise.
 */
export async function serve(resource: CustomResource<any, any>, event: FrameworkEvent, now: number): Promise<FrameworkAnswer> {
  const { Going: going, ...request } = event;
  try {
    if (going === undefined) {
      const { physicalResourceId, memo } = await resource.begin(request);
      return { PhysicalResourceId: physicalResourceId, Going: { since: now, memo } };
    }
    return { IsComplete: await goOn(resource, request, going, (now - going.since) / MINUTE) };
  } catch (error) {
    throw told(error);
  }
}

/** The error as the event of the stack shows it; the log keeps the whole of it. */
function told(error: unknown): Error {
  console.error(error);
  const { name, message } = error as Error;
  const text = error instanceof CustomResourceError ? message : `${name}: ${message}`;
  const short = new CustomResourceError(text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text);
  short.stack = short.message; // the framework hands the stack over, too
  return short;
}

async function goOn(resource: CustomResource<any, any>, request: CustomResourceRequest<any>, going: Going, minutes: number): Promise<boolean> {
  const late = minutes >= CUSTOM_RESOURCE_PATIENCE_MINUTES;
  try {
    const progress = await resource.goOn(request, going.memo, late);
    if (!progress.done && late) {
      throw new CustomResourceError(`after ${Math.floor(minutes)} minutes, still waiting for ${progress.waitingFor}; CloudFormation waits for an hour at most`);
    }
    return progress.done;
  } catch (error) {
    if (!late && (isTransient(error) || (isAccessDenied(error) && minutes < NEW_PERMISSIONS_MINUTES))) {
      return false;
    }
    throw error;
  }
}
