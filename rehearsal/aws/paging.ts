import { AwsError } from './aws-error';

export interface Page<T> {
  readonly items: T[];
  /** Undefined on the last page. */
  readonly nextToken?: string;
}

/** How one request wants its page. */
export interface PageRequest {
  readonly maxResults?: number;
  readonly nextToken?: string;
  /** The most that a page holds, whatever the request asks for: the APIs may always answer with fewer than asked. */
  readonly pageSize: number;
  /** The code of the error for a token or a size that is not valid: the services differ in it. */
  readonly errorCode: string;
}

// AWS Backup API reference and Amazon EFS API reference: MaxResults has a minimum of 1.
const SMALLEST_PAGE = 1;
const TOKEN = /^page-from-(\d+)$/;

/** One page of a list. Tokens are opaque to callers: base64, so that nobody is led to make one up. */
export function pageOf<T>(all: readonly T[], { maxResults, nextToken, pageSize, errorCode }: PageRequest): Page<T> {
  if (maxResults !== undefined && !(Number.isInteger(maxResults) && maxResults >= SMALLEST_PAGE)) {
    throw new AwsError(errorCode, `MaxResults must be at least ${SMALLEST_PAGE}, got ${maxResults}`);
  }
  const token = nextToken === undefined ? undefined : TOKEN.exec(Buffer.from(nextToken, 'base64url').toString());
  if (token === null) {
    throw new AwsError(errorCode, 'NextToken was not given out by this operation');
  }
  const from = token === undefined ? 0 : Number(token[1]);
  const to = from + Math.min(maxResults ?? pageSize, pageSize);
  return {
    items: all.slice(from, to),
    ...(to < all.length ? { nextToken: Buffer.from(`page-from-${to}`).toString('base64url') } : {}),
  };
}
