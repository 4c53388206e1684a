import type { KeptHeader, KeptResponse } from './kept-response.ts';
import type { RefusalContext } from './profiles/rendering.ts';
import { type Refusal, type RefusalCode, refusalMessage, refusalTitle } from './refusal.ts';

/** A refusal, as the application receives it to render it. */
export interface ToldRefusal {
  readonly code: RefusalCode;
  /** the status in the profile */
  readonly status: number;
  readonly title: string;
  readonly message: string;
  readonly requestId: string;
  readonly accept: string | undefined;
  /** further facts about the refusal */
  readonly refusal: Refusal;
  /** the request object of the framework, as `tenantOf` receives it */
  readonly request: unknown;
}

/** A refusal as the application rendered it. */
export interface OwnRefusal {
  /** sent as JSON, unless it is text or bytes */
  readonly body: unknown;
  /** `application/json` by default; required for text and bytes */
  readonly contentType?: string;
  /** 400 to 599; that of the profile by default */
  readonly status?: number;
  /** in addition to those of the profile, such as `Retry-After` */
  readonly headers?: readonly KeptHeader[];
}

/** Renders a refusal in the application's own form. */
export type RenderRefusal = (refusal: ToldRefusal) => OwnRefusal;

/**
 * A refusal in the application's own form. `undefined` if the function threw or returned something else; the client
 * then gets the form of the profile.
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

/** @throws {TypeError} if it is not such a form */
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
