import type { KeptHeader, KeptResponse } from '../kept-response.ts';
import type { KeyPlace } from '../key-options.ts';
import { type Refusal, refusalMessage, refusalStatus, refusalTitle, timestamp } from '../refusal.ts';

/** The facts that a refusal is rendered from. */
export interface RefusalContext {
  readonly requestId: string;
  /** the request's `Accept` header */
  readonly accept: string | undefined;
  /** where the API documents its idempotency keys */
  readonly documentationUrl: string | undefined;
  readonly keyPlace?: KeyPlace;
}

/** The media type of problem details. */
export const problemType = 'application/problem+json';

/**
 * A refusal as problem details. Its type is the documentation URL with the code; without documentation it is
 * `about:blank`, and the title is that of the status.
 *
 * @see RFC 9457, sections 3.1.1 and 4.2.1
 */
export function problem(status: number, refusal: Refusal, context: RefusalContext): KeptResponse {
  const { requestId, documentationUrl, keyPlace } = context;
  const link: readonly KeptHeader[] =
    documentationUrl === undefined
      ? []
      : [['link', `<${documentationUrl}>; rel="describedby"; type="text/html"`]];
  const body = {
    type: documentationUrl === undefined ? 'about:blank' : typeOf(documentationUrl, refusal),
    title:
      documentationUrl === undefined
        ? (statusTitles[status] ?? refusalTitle(refusal, keyPlace))
        : refusalTitle(refusal, keyPlace),
    status,
    detail: refusalMessage(refusal, keyPlace),
    code: refusal.code,
    requestId,
    ...membersOf(refusal),
  };
  return rendered(status, problemType, body, [...link, ...headersOf(refusal)]);
}

/** The type of a code: the documentation URL with the code as its fragment, unless the URL has a fragment already. */
function typeOf(documentationUrl: string, { code }: Refusal): string {
  return documentationUrl.includes('#') ? documentationUrl : `${documentationUrl}#${code}`;
}

const statusTitles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
};

/** Members of a refusal besides its code and its message. */
export function membersOf(refusal: Refusal): Readonly<Record<string, unknown>> {
  if (refusal.code === 'idempotency_key_in_future') return { serverTime: timestamp(refusal.serverTimeMs) };
  if (refusal.code !== 'idempotency_key_expired') return {};
  const { firstSeenAtMs, location } = refusal;
  return {
    firstSeenAt: firstSeenAtMs === undefined ? null : timestamp(firstSeenAtMs),
    location: location ?? null,
  };
}

/** The seconds after which a retry of a refused request makes sense; `undefined` if waiting does not help. */
export function retryAfterSeconds(refusal: Refusal): number | undefined {
  if (refusal.code === 'idempotency_in_progress') return Math.max(1, Math.ceil(refusal.retryAfterMs / 1000));
  return refusalStatus(refusal) === 503 ? 1 : undefined;
}

/** Headers of a refusal, the same in every profile. */
export function headersOf(refusal: Refusal): readonly KeptHeader[] {
  const seconds = retryAfterSeconds(refusal);
  if (seconds !== undefined) return [['retry-after', String(seconds)]];
  if (refusal.code === 'idempotency_key_expired' && refusal.location !== undefined) {
    return [['link', `<${refusal.location}>; rel="related"`]];
  }
  return [];
}

/** An answer with a JSON body. */
export function rendered(
  status: number,
  contentType: string,
  body: unknown,
  headers: readonly KeptHeader[],
): KeptResponse {
  return { status, headers: [['content-type', contentType], ...headers], body: JSON.stringify(body) };
}
