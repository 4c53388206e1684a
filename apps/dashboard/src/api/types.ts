import type { RequestPart, SuccessBody, SuccessOf, SuccessStatus } from '@billonce/contract';
import type { Operation } from './operations.ts';

/** What an operation answers with, as the contract describes it. */
export type BodyOf<N extends Operation> = SuccessBody<SuccessOf<N, SuccessStatus<N>>>;

/** An item of the list that an operation answers with. */
export type ItemOf<N extends Operation, List extends string = 'items'> =
  BodyOf<N> extends { readonly [K in List]: readonly (infer Item)[] } ? Item : never;

/** The parts of a request. */
export interface Parts<N extends Operation> {
  readonly params?: RequestPart<N, 'params'>;
  readonly query?: RequestPart<N, 'query'>;
  readonly body?: RequestPart<N, 'body'>;
  readonly headers?: Readonly<Record<string, string>>;
}
