import type { TSchema } from 'typebox';
import type { ErrorCode } from './error-codes.ts';

/**
 * Who may call: everyone, a tenant (or the admin in its name), a tenant or the admin for all tenants, or only the
 * admin.
 */
export type Access = 'open' | 'tenant' | 'tenant-or-admin' | 'admin';

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
export interface OperationSpec {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** parameters as `{name}` */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly access: Access;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** in bytes; 1 MiB by default */
  readonly bodyBytesMax?: number;
  readonly takesIfMatch?: true;
  /** a read that needs a body, and so is a POST; it accepts no `Idempotency-Key` */
  readonly reads?: true;
  readonly successes: Readonly<Record<number, Success>>;
  /** the errors that only it has, besides those of every operation of its kind */
  readonly errors: readonly ErrorCode[];
}

export const location = { Location: 'The path of the created object.' };
export const attachment = { 'Content-Disposition': 'The name of the file.' };
export const etag = { ETag: 'Strong: changes whenever the quote does; send it back as `If-Match`.' };

/**
 * The headers of an answer that is the same for everyone until the server restarts. Its bytes are kept in memory, also
 * compressed.
 */
export const staticTag = {
  ETag: 'Strong: while it is equal, the document has not changed. Each content coding has its own.',
  Vary: '`Accept-Encoding`: the document is sent as `br` or `gzip` to clients that take it.',
};

/**
 * Whether an operation reads one document, which is not resent to a client that has it. Exports are streamed, so they
 * are not tagged.
 */
export function isTagged({ method, successes }: OperationSpec): boolean {
  const success = successes[200];
  if (success?.headers?.['ETag'] === staticTag.ETag) return true;
  return (
    method === 'GET' &&
    success?.schema !== undefined &&
    success.headers?.['Content-Disposition'] === undefined
  );
}

/** Whether an API key can call an operation. */
export function isForTenants({ access }: OperationSpec): boolean {
  return access === 'tenant' || access === 'tenant-or-admin';
}

/** Whether an operation writes, and so takes an `Idempotency-Key`. */
export function isWrite(operation: OperationSpec): boolean {
  return operation.method !== 'GET' && operation.reads !== true;
}
