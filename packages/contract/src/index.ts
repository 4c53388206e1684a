export { type ErrorCode, type ErrorCodeEntry, errorCodeEntry, errorCodes } from './error-codes.ts';
export { errorsOf, openApiDocument } from './openapi.ts';
export {
  type Access,
  basePath,
  bodyBytesMaxDefault,
  isWrite,
  NoQuery,
  type Operation,
  type OperationName,
  operationOf,
  operations,
  type RequestPart,
} from './operations.ts';
export type { Quote, SettlementFilter, SettleRequest } from './schemas/billing.ts';
export type { Service, ServiceFilter } from './schemas/services.ts';
export { bulkItemsMax, type EntryFilter, UsageItem } from './schemas/usage.ts';
export { compileQueryValidator, compileValidator, type Fault, type Validated } from './validate.ts';
