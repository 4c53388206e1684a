import type { Begun, IdempotentRequest, RefusedRequest } from '../idempotent-request.ts';
import type { KeptHeader, KeptResponse } from '../kept-response.ts';
import type { IdempotencyEvent } from '../observer.ts';
import type { EngineSettings } from '../options.ts';
import { ownRefusal } from '../own-refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { WarningCode } from '../warning.ts';

type Answered = Begun & { readonly kind: 'answer' };

/** The parts of the engine that replies use. */
interface RepliesContext {
  readonly settings: EngineSettings;
  readonly report: (event: IdempotencyEvent, source?: unknown) => void;
  readonly warn: (code: WarningCode, source?: unknown) => void;
}

/** The answers that no handler makes: refusals and replays. */
export class Replies {
  readonly #context: RepliesContext;

  constructor(context: RepliesContext) {
    this.#context = context;
  }

  refuse(refusal: Refusal, request: RefusedRequest, waitedMs: number): Answered {
    const { settings, report, warn } = this.#context;
    const { profile, documentationUrl, newRequestId, keyPlace, renderRefusal } = settings;
    const { accept, source, key } = request;
    report({ kind: 'refused', code: refusal.code, waitedMs }, source);
    const requestId = request.requestId ?? newRequestId();
    const context = { requestId, accept, documentationUrl, keyPlace };
    const standard = profile.render(refusal, context);
    const own = renderRefusal && ownRefusal(renderRefusal, refusal, standard, context, source);
    if (renderRefusal !== undefined && own === undefined) warn('refusal_not_rendered', source);
    return { kind: 'answer', response: this.#echoed(own ?? standard, key), refusal };
  }

  replay(kept: KeptResponse, { key, source }: IdempotentRequest, waitedMs: number): Answered {
    const { settings, report } = this.#context;
    const { profile } = settings;
    report({ kind: 'replayed', status: kept.status, waitedMs }, source);
    const marked = profile.markReplay?.(kept) ?? kept;
    const headers = [...marked.headers, [profile.replayedHeader, 'true'] as const];
    return { kind: 'answer', response: this.#echoed({ ...marked, headers }, key) };
  }

  /** The header that returns its key to the client, if the options ask for it. */
  echoOf(key: string): KeptHeader | undefined {
    const { echoKey, keyPlace, keySpelling } = this.#context.settings;
    if (!echoKey) return undefined;
    const name = keyPlace.kind === 'header' ? keyPlace.header : 'idempotency-key';
    const isQuoted = keySpelling === 'structured' || /[",\\]/.test(key);
    return [name, isQuoted ? `"${key.replace(/["\\]/g, '\\$&')}"` : key];
  }

  #echoed(answer: KeptResponse, key: string | undefined): KeptResponse {
    const echo = key === undefined ? undefined : this.echoOf(key);
    if (echo === undefined) return answer;
    const others = answer.headers.filter(([name]) => name !== echo[0]);
    return { ...answer, headers: [...others, echo] };
  }
}
