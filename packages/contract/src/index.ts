export { type ErrorCode, type ErrorCodeEntry, errorCodeEntry, errorCodes } from './error-codes.ts';
export { openApiDocument } from './openapi.ts';
export { bodyBytesMaxDefault, isWrite, type Operation, weakEtag } from './operations/operation.ts';
export { NoQuery, type OperationName, operations, type RequestPart } from './operations.ts';
export type { SettlementExport, SettlementFilter, SettleRequest } from './schemas/billing.ts';
export { isNameInList, Tenant } from './schemas/identifiers.ts';
export { type ServiceFilter, ServicePut } from './schemas/services.ts';
export { bulkItemsMax, type EntryExport, type EntryFilter, UsageItem } from './schemas/usage.ts';
export { compileQueryValidator, compileValidator, type Fault, type Validated } from './validate.ts';
