import { type PricedUnits, parsePrice } from '../domain/amount.ts';
import { inStroops, type StatedPrice } from '../domain/service.ts';
import { ApiError } from './api-error.ts';

/** A price as a body has it. */
export interface SentPrice {
  readonly priceStroops?: number;
  readonly price?: string;
  readonly per?: PricedUnits;
}

type ReadPrice =
  | { readonly kind: 'valid'; readonly stated: StatedPrice }
  | { readonly kind: 'invalid'; readonly pointer: string; readonly message: string };

/** Reads a price whose form was validated: it is there once, either in stroops or as a decimal text. */
export function readPrice({ priceStroops, price, per }: SentPrice): ReadPrice {
  if (price === undefined) {
    if (per !== undefined) return invalid('/per', 'must not be there without a price');
    if (priceStroops === undefined) return invalid('/priceStroops', 'is required, or a price');
    return { kind: 'valid', stated: inStroops(BigInt(priceStroops)) };
  }
  if (priceStroops !== undefined) return invalid('/price', 'must not be there beside priceStroops');
  const ofOne = parsePrice(price, per ?? 1);
  if (ofOne === undefined) {
    return invalid('/price', 'must be exact to 10^-12 for one unit, and at most 9000000 for it');
  }
  return { kind: 'valid', stated: { price: ofOne, per: per ?? 1 } };
}

function invalid(pointer: string, message: string): ReadPrice {
  return { kind: 'invalid', pointer, message };
}

/** @throws {ApiError} `invalid_request` */
export function statedPrice(sent: SentPrice): StatedPrice {
  const read = readPrice(sent);
  if (read.kind === 'valid') return read.stated;
  const { pointer, message } = read;
  throw new ApiError('invalid_request', `${pointer.slice(1)} ${message}`, { faults: [{ pointer, message }] });
}
