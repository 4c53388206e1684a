import { parseDecimal, unitScaleMax } from '../domain/amount.ts';
import { quantityMax, type SentUse } from '../domain/quantity.ts';
import { ApiError } from './api-error.ts';

/** How much was used, as a body has it. */
export interface SentUseBody {
  readonly requests?: number;
  readonly quantity?: string;
}

type ReadUse =
  | { readonly kind: 'valid'; readonly use: SentUse }
  | { readonly kind: 'invalid'; readonly pointer: string; readonly message: string };

/** Reads how much was used, whose form was validated: it is there once, either as requests or as a quantity. */
export function readUse({ requests, quantity }: SentUseBody): ReadUse {
  if (quantity === undefined) {
    if (requests === undefined) return invalid('/requests', 'is required, or a quantity');
    return { kind: 'valid', use: { requests } };
  }
  if (requests !== undefined) return invalid('/quantity', 'must not be there beside requests');
  const units = parseDecimal(quantity, unitScaleMax);
  if (units === undefined || units > quantityMax) return invalid('/quantity', 'must be at most 10^12');
  return { kind: 'valid', use: { requests: 0, quantity: units } };
}

function invalid(pointer: string, message: string): ReadUse {
  return { kind: 'invalid', pointer, message };
}

/** @throws {ApiError} `invalid_request` */
export function sentUseOf(sent: SentUseBody): SentUse {
  const read = readUse(sent);
  if (read.kind === 'valid') return read.use;
  const { pointer, message } = read;
  throw new ApiError('invalid_request', `${pointer.slice(1)} ${message}`, { faults: [{ pointer, message }] });
}
