import type { KeptResponse } from '../../core/kept-response.ts';

/** The answer to an exception, unless the framework gives it another one. */
const failure: KeptResponse = { status: 500, headers: [], body: '' };

/**
 * The answer that a framework makes of an exception. In Next.js `redirect()` and `notFound()` throw, but are not
 * failures: the earlier effects of the handler stay, so its key must not be free again.
 */
export function thrownAnswer(error: unknown): KeptResponse {
  const [kind, ...parts] = digestOf(error).split(';');
  if (kind === 'NEXT_REDIRECT') return redirection(parts);
  if (kind === 'NEXT_HTTP_ERROR_FALLBACK') return { ...failure, status: statusOf(parts[0], 404) };
  if (kind === 'NEXT_NOT_FOUND') return { ...failure, status: 404 };
  return failure;
}

/** Type of the redirection, URL (which may contain semicolons), status, and an empty part. */
function redirection(parts: readonly string[]): KeptResponse {
  const location = parts.slice(1, -2).join(';');
  return { status: statusOf(parts.at(-2), 307), headers: [['location', location]], body: '' };
}

function statusOf(text: string | undefined, otherwise: number): number {
  const status = Number(text);
  return Number.isInteger(status) && status >= 300 && status <= 599 ? status : otherwise;
}

function digestOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('digest' in error)) return '';
  return typeof error.digest === 'string' ? error.digest : '';
}
