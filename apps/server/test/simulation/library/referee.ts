import type { IdempotentRequest } from '../../../../../packages/idempotency/src/core/idempotent-request.ts';
import type { KeptResponse } from '../../../../../packages/idempotency/src/core/kept-response.ts';
import { FirstViolation, hold } from '../violation.ts';

/** The events under one key of one caller. */
interface KeyHistory {
  effects: number;
  /** the token of the last effect; the resource refuses a smaller one */
  token: number;
  /** identifies the request that had the effect */
  identity: string;
  /** the answer that a client has received */
  answer: string | undefined;
}

const failed: KeptResponse = { status: 500, headers: [], body: 'a later execution has taken over' };

/** The resource that the handlers change, and the answers that the clients received. */
export class LibraryReferee {
  readonly first = new FirstViolation();
  readonly counts = { executions: 0, answers: 0, replays: 0, refusals: 0 };
  readonly #keys = new Map<string, KeyHistory>();
  readonly #mayRerun: boolean;

  constructor(mayRerun: boolean) {
    this.#mayRerun = mayRerun;
  }

  /** Executes the effect of a handler. A resource that checks fencing tokens refuses a late holder. */
  effect(request: IdempotentRequest, token: number | undefined): KeptResponse {
    const name = nameOf(request);
    const identity = identityOf(request);
    const history = this.#keys.get(name) ?? { effects: 0, token: 0, identity, answer: undefined };
    this.#keys.set(name, history);
    if (this.#mayRerun && token !== undefined && token < history.token) return failed;
    this.first.watch(() => {
      hold(token !== undefined, 'one effect per key', () => `${name} was executed without its lease`);
      const isFirst = history.effects === 0 || (this.#mayRerun && token > history.token);
      hold(isFirst, 'one effect per key', () => `${name} was executed ${history.effects + 1} times`);
      hold(
        history.answer === undefined,
        'acknowledged is durable',
        () => `${name} was answered, and is executed`,
      );
      hold(history.identity === identity, 'isolation', () => `${name} is executed for another request`);
    });
    history.effects += 1;
    history.token = token ?? 0;
    this.counts.executions += 1;
    return { status: 201, headers: [], body: `made ${this.counts.executions} for ${name} ${identity}` };
  }

  /** Whether a client has received the answer of this request. */
  isAnswered(request: IdempotentRequest): boolean {
    const history = this.#keys.get(nameOf(request));
    return history?.answer !== undefined && history.identity === identityOf(request);
  }

  /**
   * Called when an answer has reached a client.
   *
   * @param wasAnswered whether an answer had already reached a client when this request arrived: a late answer does not count
   */
  answered(request: IdempotentRequest, { status, body }: KeptResponse, wasAnswered: boolean): void {
    const name = nameOf(request);
    const text = String(body);
    const history = this.#keys.get(name);
    if (status !== 201) {
      this.counts.refusals += 1;
      const isLost = wasAnswered && text.includes('outcome_unknown');
      hold(!isLost, 'acknowledged is durable', () => `${name} was answered, and its outcome is unknown`);
      return;
    }
    this.counts.answers += 1;
    hold(history !== undefined, 'equal answers', () => `${name} was answered, and had no effect`);
    const isOwn = text.endsWith(`for ${name} ${identityOf(request)}`);
    hold(isOwn, 'isolation', () => `${name} ${identityOf(request)} was answered: ${text}`);
    if (history.answer !== undefined) this.counts.replays += 1;
    const before = history.answer ?? text;
    hold(before === text, 'equal answers', () => `${name}: ${text} for ${before}`);
    history.answer = text;
  }
}

function nameOf({ caller, key }: IdempotentRequest): string {
  return `${JSON.stringify(caller)} ${key}`;
}

function identityOf({ path, query, body }: IdempotentRequest): string {
  return JSON.stringify([path, query, body]);
}
