import { test } from 'node:test';
import type { OperationName, Operations } from '@billonce/client';
import type { OperationName as Contracted, operations, RequestPart, SuccessBody } from '@billonce/contract';

/** The values that a client may send: the bodies of the contract, whose bulk items may be anything. */
type Sent<N extends Contracted> = ReadonlyDeep<RequestPart<N, 'body'>>;
type Answered<N extends Contracted> = {
  [S in keyof (typeof operations)[N]['successes']]: SuccessBody<(typeof operations)[N]['successes'][S]>;
}[keyof (typeof operations)[N]['successes']];

type ReadonlyDeep<T> = T extends object ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> } : T;

/** The operations whose printed body the contract would not accept. */
type WrongBodies = {
  [N in OperationName]: [Operations[N]['body']] extends [Sent<N>] ? never : N;
}[OperationName];

/** The operations whose printed answer types differ from the contract. An answer that is not JSON is text. */
type WrongAnswers = {
  [N in OperationName]: [Answered<N>] extends [Operations[N]['success'] | undefined] ? never : N;
}[OperationName];

type Missing = Exclude<Contracted, OperationName> | Exclude<OperationName, Contracted>;

/** The compiler's error names the operations that are wrong. */
function assertNone<Wrong extends never>(): Wrong[] {
  return [];
}

test('the printed types are those of the contract', () => {
  assertNone<WrongBodies>();
  // These have objects with any members, about which the compiler knows less than the document.
  assertNone<Exclude<WrongAnswers, 'listActs' | 'listEvents' | 'readDeepHealth'>>();
  assertNone<Missing>();
});
