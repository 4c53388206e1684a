export { deriveKey, seal, unseal } from './aes-gcm.ts';
export { canonicalJson, type Json } from './canonical-json.ts';
export { clientAddress } from './client-address.ts';
export { keyDigest, sha256 } from './digest.ts';
export { type FingerprintInput, fingerprint } from './fingerprint.ts';
export {
  idempotencyKeyLengthMax,
  type KeySpelling,
  type ParsedKey,
  parseIdempotencyKey,
} from './idempotency-key.ts';
export {
  type KeptHeader,
  type KeptResponse,
  keepHeaders,
  replayedHeader,
  representationHeaders,
} from './kept-response.ts';
export {
  decideByRecord,
  type IdempotencyRecord,
  judgeKeyAge,
  type KeyAge,
  type KeyDecision,
  type KeyPolicy,
  type RecordedAnswer,
} from './key-decision.ts';
export { fieldLines, splitTarget } from './request-head.ts';
export { type Caller, normalizeAddress, scopeDigest } from './scope.ts';
export { formatUuidV7, uuidV7TimeMs } from './uuid-v7.ts';
