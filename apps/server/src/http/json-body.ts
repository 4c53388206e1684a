import { isUtf8 } from 'node:buffer';
import { ApiError } from './api-error.ts';

/** A body as it was sent, and what it says. */
export interface JsonBody {
  readonly text: string;
  readonly value: unknown;
}

/**
 * Parses a JSON body.
 *
 * @throws {ApiError} `invalid_request`: not UTF-8, or not JSON
 */
export function parseJsonBody(bytes: Buffer): JsonBody {
  if (!isUtf8(bytes)) throw new ApiError('invalid_request', 'the body is not UTF-8');
  const text = bytes.toString('utf8');
  try {
    return { text, value: JSON.parse(text) };
  } catch (error) {
    // V8's message quotes the body; only the place is told.
    const place = /position \d+(?: \(line \d+ column \d+\))?/.exec(String(error))?.[0] ?? 'its end';
    throw new ApiError('invalid_request', `the body is not JSON: error at ${place}`);
  }
}
