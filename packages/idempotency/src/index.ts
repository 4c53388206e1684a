export type { AbandonedOperation, AbandonedVerdict } from './core/abandoned.ts';
export type { EncryptionKey } from './core/answer-cipher.ts';
export { checkOptions } from './core/check-options.ts';
export { clientAddress } from './core/client-address.ts';
export type { Clock } from './core/clock.ts';
export { IdempotencyEngine } from './core/engine.ts';
export type { KeySpelling } from './core/idempotency-key.ts';
export type { Begun, IdempotentRequest, RefusedRequest } from './core/idempotent-request.ts';
export { InvalidOptionsError } from './core/invalid-options.ts';
export type { MemberPath } from './core/json-member.ts';
export type { JudgedAnswer } from './core/judged-answer.ts';
export type { KeptHeader, KeptResponse } from './core/kept-response.ts';
export type { IdempotencyRecord, RecordedAnswer } from './core/key-decision.ts';
export type { KeyOf, KeyOptions } from './core/key-options.ts';
export { InvalidKeyError } from './core/key-options.ts';
export type { KeyReading } from './core/key-reader.ts';
export type { ExecutionOutcome, IdempotencyEvent, Observer, StoreVerb } from './core/observer.ts';
export { LeaseLostError } from './core/operation/lease-lost-error.ts';
export type { Operation } from './core/operation.ts';
export type { EngineSettings, IdempotencyOptions } from './core/options.ts';
export type { OwnRefusal, RenderRefusal, ToldRefusal } from './core/own-refusal.ts';
export type { ProfileName } from './core/profile.ts';
export type { Refusal, RefusalCode, UnknownOutcomeCause } from './core/refusal.ts';
export { type RequestBody, UnreadableBodyError } from './core/request-body.ts';
export { type Caller, InvalidTenantError } from './core/scope.ts';
export type {
  Awaitable,
  Claim,
  ClaimRequest,
  CompletedRecord,
  Completion,
  IdempotencyStore,
  LeasedRecord,
  Slot,
  StoredAnswer,
  StoredRecord,
  TransactionCompleter,
} from './core/store.ts';
export type { WarningCode } from './core/warning.ts';
export { inspect, type KeyReference, type KeyReport, release } from './operator.ts';
