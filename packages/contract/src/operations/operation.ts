import type { TSchema } from 'typebox';
import type { ErrorCode } from '../error-codes.ts';

/** Who may call: anybody, a tenant (or the admin in its name), or the admin alone. */
export type Access = 'open' | 'tenant' | 'admin';

/** A success of an operation. */
export interface Success {
  readonly description: string;
  /** absent when there is no body */
  readonly schema?: TSchema;
  /** of a body that is not JSON */
  readonly mediaType?: string;
  /** response headers of this success, name to description */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of the HTTP API. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** parameters as `{name}` */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** in bytes; 1 MiB unless it says otherwise */
  readonly bodyBytesMax?: number;
  readonly takesIfMatch?: true;
  /** a read that needs a body, and so is a POST; it takes no `Idempotency-Key` */
  readonly reads?: true;
  readonly successes: Readonly<Record<number, Success>>;
  /** the errors of its own, besides those that every operation of its kind has */
  readonly errors: readonly ErrorCode[];
}

/** The bound of a body, in bytes, unless an operation has its own. */
export const bodyBytesMaxDefault = 1024 * 1024;

export const bulkBytesMax = 8 * bodyBytesMaxDefault;
export const location = { Location: 'The path of what was made.' };
export const attachment = { 'Content-Disposition': 'The name of the file.' };
export const etag = { ETag: 'Strong: changes whenever the quote does; send it back as `If-Match`.' };

/** Whether an operation is a read of one JSON document, which is not sent again to a client that has it. Exports are streamed. */
export function isTagged({ method, successes }: Operation): boolean {
  const success = successes[200];
  return (
    method === 'GET' &&
    success?.schema !== undefined &&
    success.headers?.['Content-Disposition'] === undefined
  );
}

/** Whether an operation writes, and so takes an `Idempotency-Key`. */
export function isWrite(operation: Operation): boolean {
  return operation.method !== 'GET' && operation.reads !== true;
}
