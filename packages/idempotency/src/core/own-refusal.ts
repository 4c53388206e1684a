import type { KeptHeader, KeptResponse } from './kept-response.ts';
import type { RefusalContext } from './profiles/rendering.ts';
import { type Refusal, type RefusalCode, refusalMessage, refusalTitle } from './refusal.ts';

/** A refusal, as an application is told of it to put it into its own words. */
export interface ToldRefusal {
  readonly code: RefusalCode;
  /** the status that the profile gives it */
  readonly status: number;
  readonly title: string;
  readonly message: string;
  readonly requestId: string;
  readonly accept: string | undefined;
  /** what else is known of it */
  readonly refusal: Refusal;
  /** the request of the framework, as `tenantOf` is given it */
  readonly request: unknown;
}

/** The form in which an application tells a refusal. */
export interface OwnRefusal {
  /** sent as JSON, unless it is text or bytes */
  readonly body: unknown;
  /** `application/json` for JSON; must be given for text and bytes */
  readonly contentType?: string;
  /** 400 to 599; that of the profile if it is not given */
  readonly status?: number;
  /** besides those of the profile, such as `Retry-After` */
  readonly headers?: readonly KeptHeader[];
}

/** Puts a refusal into the application's own form. */
export type RenderRefusal = (told: ToldRefusal) => OwnRefusal;

/**
 * A refusal in the application's own form. A refusal must be told, whatever that function does: `undefined` if it threw or
 * returned no such form.
 */
export function ownRefusal(
  render: RenderRefusal,
  refusal: Refusal,
  standard: KeptResponse,
  { requestId, accept, keyPlace }: RefusalContext,
  request: unknown,
): KeptResponse | undefined {
  const { status } = standard;
  const title = refusalTitle(refusal, keyPlace);
  const message = refusalMessage(refusal, keyPlace);
  try {
    const own = render({ code: refusal.code, status, title, message, requestId, accept, refusal, request });
    return answerOf(own, standard);
  } catch {
    return undefined;
  }
}

/** @throws {TypeError} for what is no such form */
function answerOf(own: OwnRefusal, standard: KeptResponse): KeptResponse {
  const { status = standard.status, headers = [] } = own;
  if (!Number.isInteger(status) || status < 400 || status > 599) throw new TypeError('no status of an error');
  const isText = typeof own.body === 'string' || own.body instanceof Uint8Array;
  const contentType = own.contentType ?? (isText ? undefined : 'application/json');
  if (typeof contentType !== 'string') throw new TypeError('text and bytes need a contentType');
  const added = headers.map(([name, value]): KeptHeader => [String(name).toLowerCase(), String(value)]);
  const replaced: ReadonlySet<string> = new Set(['content-type', ...added.map(([name]) => name)]);
  return {
    status,
    headers: [
      ['content-type', contentType],
      ...standard.headers.filter(([name]) => !replaced.has(name)),
      ...added,
    ],
    body: bodyOf(own.body),
  };
}

function bodyOf(body: unknown): string | Uint8Array {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  const text: unknown = JSON.stringify(body);
  if (typeof text !== 'string') throw new TypeError('the body is not JSON');
  return text;
}
