export { bounds } from './bounds.ts';
export { costOf } from './costs.ts';
export { type ErrorCode, type ErrorCodeEntry, errorCodeEntry, errorCodes } from './error-codes.ts';
export { IgnoredNames, ignoredHeader } from './ignored-names.ts';
export { type KnownName, knownName, nearMiss } from './near-miss.ts';
export { openApiDocument } from './openapi.ts';
export {
  isForTenants,
  isTagged,
  isWrite,
  type OperationSpec,
} from './operation-spec.ts';
export {
  NoMembers,
  type Noun,
  type OperationName,
  operations,
  operationsByNoun,
  type RequestPart,
  type SuccessBody,
  type SuccessOf,
  type SuccessStatus,
} from './operations.ts';
export { pointerTo } from './pointer.ts';
export { compileReader, namesOf, type PartReader, type ReadContext } from './read-part.ts';
export { compilePathReader, type ReadPath } from './read-path.ts';
export { compileQueryReader } from './read-query.ts';
export { type Naming, type Right, rightOf, type Scope, scopes } from './rights.ts';
export type { WriteOffRequest } from './schemas/credits.ts';
export type { EntryExport, EntryFilter } from './schemas/entries.ts';
export { isNameInList, Tenant } from './schemas/identifiers.ts';
export type { LimitPut } from './schemas/limits.ts';
export { type ServiceFilter, ServicePut } from './schemas/services.ts';
export type { SettlementExport, SettlementFilter, SettleRequest } from './schemas/settlements.ts';
export { UsageItem } from './schemas/usage.ts';
export { compileValidator, type Fault, type Validated } from './validate.ts';
