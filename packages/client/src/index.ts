export { type Answer, answerOf } from './answer.ts';
export { type Billonce, createBillonce } from './billonce.ts';
export {
  BillonceError,
  type BillonceErrorCode,
  type BillonceFailure,
  type RetryAdvice,
} from './billonce-error.ts';
export type { BillonceOptions } from './billonce-options.ts';
export type { CallOptions, CallParts, OperationName, Success } from './call.ts';
export type * from './contract/types.ts';
export { CaptureError } from './holds/capture-error.ts';
export type { HeldWork, WithHoldOptions } from './holds/with-hold.ts';
export type { Account, BulkOptions, ReversedPart } from './nouns/usage.ts';
export type {
  ItemRefusal,
  RecordedItem,
  Recorder,
  RecorderCounts,
  RecorderFault,
  RecorderOptions,
} from './recorder/recorder-options.ts';
