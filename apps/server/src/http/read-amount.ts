import { type Amount, parseAmount } from '../domain/amount.ts';
import { ApiError } from './api-error.ts';

/**
 * Reads an amount of a body whose form was validated.
 *
 * @throws {ApiError} `invalid_request`
 */
export function readAmount(text: string, pointer: string): Amount {
  const amount = parseAmount(text);
  if (amount !== undefined) return amount;
  throw new ApiError('invalid_request', 'the amount is too large, or has too many places', {
    faults: [{ pointer, message: 'must have at most 18 places, and be at most 2^63-1' }],
  });
}
