import type { OperationName, SuccessBody, SuccessOf, SuccessStatus } from '@billonce/contract';
import type { KeptHeader, KeptResponse } from '@billonce/idempotency/core';

/**
 * A value of a schema as an answer is written: every member of the schema is there. One that may be absent is written as
 * `undefined`, which `JSON.stringify` leaves out. So a member that the schema gains, loses or renames is an error of types.
 */
export type Written<T> = T extends readonly (infer Item)[]
  ? readonly Written<Item>[]
  : T extends object
    ? {
        readonly [K in keyof T]-?: Written<T[K]> | (object extends Pick<T, K> ? undefined : never);
      }
    : T;

type BodyIn<Success> = Success extends { readonly schema: unknown }
  ? { readonly body: Written<SuccessBody<Success>> }
  : { readonly body?: undefined };

type LocationIn<Success> = Success extends { readonly headers: { readonly Location: string } }
  ? { readonly location?: string | undefined }
  : { readonly location?: undefined };

type TagIn<Success> = Success extends { readonly headers: { readonly ETag: string } }
  ? { readonly etag: string }
  : { readonly etag?: undefined };

/** The answer of an operation: for each status exactly the members that the contract has. */
export type ReplyOf<N extends OperationName> = {
  [S in SuccessStatus<N>]: { readonly status: S } & BodyIn<SuccessOf<N, S>> &
    LocationIn<SuccessOf<N, S>> &
    TagIn<SuccessOf<N, S>>;
}[SuccessStatus<N>];

/** The body of an operation's answer. */
export type BodyOf<N extends OperationName> = ReplyOf<N>['body'];

/** An item of the list that an operation answers with. */
export type ItemOf<N extends OperationName, List extends string = 'items'> =
  BodyOf<N> extends { readonly [K in List]: readonly (infer Item)[] } ? Item : never;

/** An answer of any operation. */
export interface Answer {
  readonly status: number;
  /** the path of what was made */
  readonly location?: string | undefined;
  readonly body?: unknown;
}

/** An answer as it is sent, and kept for replays. */
export function keptResponse({ status, location, body }: Answer): KeptResponse {
  const headers: KeptHeader[] = [];
  if (body !== undefined) headers.push(['content-type', 'application/json; charset=utf-8']);
  if (location !== undefined) headers.push(['location', location]);
  return { status, headers, body: body === undefined ? '' : JSON.stringify(body) };
}
