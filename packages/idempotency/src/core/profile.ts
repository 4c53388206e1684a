import { type KeptHeader, type KeptResponse, replayedHeader } from './kept-response.ts';
import type { KeyPlace } from './key-options.ts';
import {
  type Refusal,
  type RefusalCode,
  refusalMessage,
  refusalStatus,
  refusalTitle,
  timestamp,
} from './refusal.ts';

/** The dialect in which refusals and replays are told to the client. */
export type ProfileName = 'default' | 'ietf' | 'stripe';

/** What a refusal is rendered with. */
export interface RefusalContext {
  readonly requestId: string;
  /** the request's `Accept` header */
  readonly accept: string | undefined;
  /** where the API documents its idempotency keys */
  readonly documentationUrl: string | undefined;
  readonly keyPlace?: KeyPlace;
}

/** A dialect: how a refusal looks, and which header marks a replay. */
export interface Profile {
  readonly replayedHeader: string;
  render(refusal: Refusal, context: RefusalContext): KeptResponse;
}

/** All dialects by name. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  /** `{ error, message, requestId }`, or problem details for a client that asks for them; 409 for a conflict. */
  default: {
    replayedHeader,
    render(refusal, context) {
      const status = refusalStatus(refusal);
      if (context.accept?.includes(problemType) === true) return problem(status, refusal, context);
      const { requestId } = context;
      const body = {
        error: refusal.code,
        message: refusalMessage(refusal, context.keyPlace),
        requestId,
        ...membersOf(refusal),
      };
      return response(status, 'application/json; charset=utf-8', body, headersOf(refusal));
    },
  },
  /**
   * 400 for a missing key, 409 for one in progress, 422 for one used for another request, as problem details with a
   * `Link` to the documentation.
   *
   * @see draft-ietf-httpapi-idempotency-key-header-07, section 2.7; RFC 9457
   */
  ietf: {
    replayedHeader,
    render(refusal, context) {
      const status = refusal.code === 'idempotency_conflict' ? 422 : refusalStatus(refusal);
      return problem(status, refusal, context);
    },
  },
  /** The shapes that clients of Stripe's API know: `{ error: { type, code, message } }`, 400 for a conflict. */
  stripe: {
    replayedHeader: 'idempotent-replayed',
    render(refusal, { requestId, keyPlace }) {
      const { type, code, status } = stripeError(refusal);
      const error = {
        type,
        ...(code === undefined ? {} : { code }),
        message: refusalMessage(refusal, keyPlace),
      };
      return response(status, 'application/json', { error, requestId }, headersOf(refusal));
    },
  },
};

const problemType = 'application/problem+json';

function problem(status: number, refusal: Refusal, context: RefusalContext): KeptResponse {
  const { requestId, documentationUrl } = context;
  const link: readonly KeptHeader[] =
    documentationUrl === undefined
      ? []
      : [['link', `<${documentationUrl}>; rel="describedby"; type="text/html"`]];
  const body = {
    type: documentationUrl ?? 'about:blank',
    title: refusalTitle(refusal, context.keyPlace),
    status,
    detail: refusalMessage(refusal, context.keyPlace),
    code: refusal.code,
    requestId,
    ...membersOf(refusal),
  };
  return response(status, problemType, body, [...link, ...headersOf(refusal)]);
}

function membersOf(refusal: Refusal): Readonly<Record<string, unknown>> {
  if (refusal.code === 'idempotency_key_in_future') return { serverTime: timestamp(refusal.serverTimeMs) };
  if (refusal.code !== 'idempotency_key_expired') return {};
  const { firstSeenAtMs, location } = refusal;
  return {
    firstSeenAt: firstSeenAtMs === undefined ? null : timestamp(firstSeenAtMs),
    location: location ?? null,
  };
}

function headersOf(refusal: Refusal): readonly KeptHeader[] {
  if (refusal.code === 'idempotency_in_progress') {
    return [['retry-after', String(Math.max(1, Math.ceil(refusal.retryAfterMs / 1000)))]];
  }
  if (refusal.code === 'idempotency_key_expired' && refusal.location !== undefined) {
    return [['link', `<${refusal.location}>; rel="related"`]];
  }
  return refusalStatus(refusal) === 503 ? [['retry-after', '1']] : [];
}

function stripeError(refusal: Refusal): { type: string; code?: string; status: number } {
  const { code } = refusal;
  const status = refusalStatus(refusal);
  if (code === 'idempotency_conflict') return { type: 'idempotency_error', status: 400 };
  if (code === 'idempotency_in_progress') {
    return { type: 'invalid_request_error', code: 'idempotency_key_in_use', status };
  }
  const type: string = status >= 500 ? 'api_error' : (stripeTypes[code] ?? 'invalid_request_error');
  return { type, code, status };
}

const stripeTypes: Partial<Record<RefusalCode, string>> = {
  idempotency_outcome_unknown: 'idempotency_error',
  idempotency_key_expired: 'idempotency_error',
};

function response(
  status: number,
  contentType: string,
  body: unknown,
  headers: readonly KeptHeader[],
): KeptResponse {
  return { status, headers: [['content-type', contentType], ...headers], body: JSON.stringify(body) };
}
