import { test } from 'node:test';
import type { OperationName, Operations } from '@billonce/client';
import type { OperationName as Contracted, operations, RequestPart, SuccessBody } from '@billonce/contract';

/** What a client may send: the bodies of the contract, whose items of a bulk are anything. */
type Sent<N extends Contracted> = ReadonlyDeep<RequestPart<N, 'body'>>;
type Answered<N extends Contracted> = {
  [S in keyof (typeof operations)[N]['successes']]: SuccessBody<(typeof operations)[N]['successes'][S]>;
}[keyof (typeof operations)[N]['successes']];

type ReadonlyDeep<T> = T extends object ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> } : T;

/** The operations whose printed body the contract would not take. */
type WrongBodies = {
  [N in OperationName]: [Operations[N]['body']] extends [Sent<N>] ? never : N;
}[OperationName];

/** The operations whose answers are not what is printed. An answer that is no JSON is a text. */
type WrongAnswers = {
  [N in OperationName]: [Answered<N>] extends [Operations[N]['success'] | undefined] ? never : N;
}[OperationName];

type Missing = Exclude<Contracted, OperationName> | Exclude<OperationName, Contracted>;

/** The compiler names in its error what is wrong. */
function assertNone<Wrong extends never>(): Wrong[] {
  return [];
}

test('the printed types are those of the contract', () => {
  assertNone<WrongBodies>();
  // These have objects with any members, of which the compiler knows less than the document.
  assertNone<Exclude<WrongAnswers, 'listActs' | 'listEvents' | 'readDeepHealth'>>();
  assertNone<Missing>();
});
