import { BillonceError, isErrorCode } from './billonce-error.ts';
import type { ErrorBody } from './contract/types.ts';

/** How many characters of an unexpected answer an error shows. */
const shownCharacters = 2_000;

/**
 * Reads a success. The server's tests compare each of its answers with the contract, from which the types are printed;
 * here only the media type is checked, because the answer may not be from a Billonce server.
 *
 * @throws {BillonceError} `unexpected_answer`
 */
export function parseSuccess<T>(response: Response, text: string, idempotencyKey: string | undefined): T {
  const mediaType = response.headers.get('content-type') ?? '';
  const parsed = mediaType.startsWith('application/json') ? parseJson(text) : undefined;
  if (parsed !== undefined) return parsed as T;
  if (response.status === 204) return undefined as T;
  if (/^text\/(?!html)/.test(mediaType)) return text as T;
  throw unexpected(response, text, idempotencyKey);
}

/** Reads an error. */
export function parseFailure(
  response: Response,
  text: string,
  idempotencyKey: string | undefined,
): BillonceError {
  const body = parseErrorBody(parseJson(text));
  if (body === undefined || !isErrorCode(body.error)) return unexpected(response, text, idempotencyKey);
  const { status, headers } = response;
  return new BillonceError(body.error, body.message, { status, headers, body, idempotencyKey });
}

function unexpected(response: Response, text: string, idempotencyKey: string | undefined): BillonceError {
  const { status, headers } = response;
  const to = headers.get('location');
  const what = status >= 300 && status < 400 && to !== null ? `: it is at ${to}` : '';
  const message = `the answer with status ${status} is not that of a Billonce server of this version${what}`;
  const shown = text.slice(0, shownCharacters);
  return new BillonceError('unexpected_answer', message, { status, headers, text: shown, idempotencyKey });
}

function parseErrorBody(value: unknown): ErrorBody | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { error, message, requestId }: Partial<Record<string, unknown>> = { ...value };
  if (typeof error !== 'string' || typeof message !== 'string' || typeof requestId !== 'string')
    return undefined;
  return { ...value, error, message, requestId };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
