import type { KeptResponse } from './kept-response.ts';
import type { Operation } from './operation.ts';
import type { Refusal } from './refusal.ts';
import type { RequestBody } from './request-body.ts';
import type { Caller } from './scope.ts';

/** A request in the form of the core. An adapter makes it from the request of its framework. */
export interface IdempotentRequest {
  /** in upper case */
  readonly method: string;
  /** the whole path, as the client sent it */
  readonly path: string;
  /** without the question mark; empty when there is none */
  readonly query: string;
  readonly ifMatch: string | undefined;
  /** the value of a header, by its name in lower case; called for the headers in `compareHeaders` */
  headerOf?(name: string): string | undefined;
  readonly body: RequestBody;
  /** the operation of an outer protection of the same request, which has given way */
  readonly outer?: Operation | undefined;
  /** whether the body is what `fingerprintBody` of the application returned */
  readonly hasFunction?: boolean;
  /** who sends; `undefined` if not known, and then nothing is executed */
  readonly caller: Caller | undefined;
  /** the idempotency key, already parsed; see `readKey` */
  readonly key: string;
  readonly accept: string | undefined;
  readonly requestId: string | undefined;
  /** the request object of the framework, for observers and for `renderRefusal` */
  readonly source?: unknown;
}

/** What is needed to answer a client with a refusal. */
export type RefusedRequest = Pick<IdempotentRequest, 'accept' | 'requestId' | 'source'> & {
  /** the key, once it is known to be valid */
  readonly key?: string;
};

/** What an adapter does next: send an answer, run the handler as an operation, or run it without protection. */
export type Begun =
  | { readonly kind: 'answer'; readonly response: KeptResponse; readonly refusal?: Refusal }
  | { readonly kind: 'execute'; readonly operation: Operation }
  | { readonly kind: 'proceed' };
