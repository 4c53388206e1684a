import { Buffer } from 'node:buffer';
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, RequestListener } from 'node:http';
import { operations } from '@billonce/contract';
import { parseIdempotencyKey } from '@billonce/idempotency/core';
import type { FastifyBaseLogger } from 'fastify';
import type { WriteTimes } from '../ledger/ledger-parts.ts';
import type { Outcome, Submission } from '../ledger/submission.ts';
import { type KeyedOutcome, keyedOutcome } from '../metrics/metrics.ts';
import { ApiError } from './api-error.ts';
import type { BodyPlace, BodyRoom } from './body/body-room.ts';
import { leaveBody } from './body/early-parts.ts';
import type { Caller } from './caller.ts';
import type { Desk } from './desk.ts';
import type { FailedRequest } from './error-answer.ts';
import type { Answer } from './listener.ts';
import { type OnAnswered, serverTiming } from './observe-requests.ts';
import type { PlainHead } from './plain-head.ts';
import type { ErrorAnswer } from './problem.ts';
import type { RateLimit } from './rate-limit.ts';
import { requestIdOf } from './request-id.ts';
import { refuseByParts, refuseByPath } from './rights.ts';
import { refuseByAccess } from './router.ts';
import { usageCommand } from './routes/usage.ts';
import { securityHeaders } from './security-headers.ts';
import type { UsageBodies } from './usage-bodies.ts';
import { answered, keyUseOf } from './write.ts';

/** What an exchange has in common with the framework's route. */
export interface ExchangeParts {
  readonly desk: Pick<Desk, 'config' | 'ledger' | 'traces' | 'writes'>;
  readonly log: FastifyBaseLogger;
  readonly room: BodyRoom;
  readonly bodies: UsageBodies;
  readonly rateLimit: RateLimit;
  readonly onAnswered: OnAnswered;
  readonly renderFailure: (error: ApiError, request: FailedRequest) => ErrorAnswer;
}

const name = 'recordUsage';
const operation = operations[name];
const { method, path } = operation;
/** Published for each request that the front route submits. */
const taken = channel('billonce.front-route');
const securityFields = Object.entries(securityHeaders).flat();

/** A request that the front route has taken, and its answer. */
export class UsageExchange {
  readonly #parts: ExchangeParts;
  readonly #head: PlainHead;
  readonly #request: IncomingMessage;
  readonly #answer: Answer;
  readonly #onward: RequestListener;
  readonly #startedAtMs = performance.now();
  #body: Buffer | undefined;
  #tenant: string | undefined;
  #place: BodyPlace | undefined;
  #rateFields: readonly (readonly [string, string])[] = [];
  #writeTimes: WriteTimes | undefined;
  #idempotency: KeyedOutcome | undefined;
  #requestId = '';

  constructor(
    parts: ExchangeParts,
    head: PlainHead,
    request: IncomingMessage,
    answer: Answer,
    onward: RequestListener,
  ) {
    this.#parts = parts;
    this.#head = head;
    this.#request = request;
    this.#answer = answer;
    this.#onward = onward;
  }

  /**
   * Reads the body of a request whose caller is known, and carries it out. If the client leaves before that, nothing is done.
   *
   * @returns `false` for a request that is refused before its body is read: it is left to the framework
   */
  begin(caller: Caller): boolean {
    const { tenant } = caller;
    if (tenant === undefined || caller.kind === 'admin' || !this.#mayBeRead(caller, tenant)) return false;
    this.#request.on('data', (part: Buffer) => {
      this.#body = this.#body === undefined ? part : Buffer.concat([this.#body, part]);
    });
    this.#request.on('end', () => this.#carryOut(caller, tenant));
    return true;
  }

  #mayBeRead(caller: Caller, tenant: string): boolean {
    const { desk, rateLimit } = this.#parts;
    try {
      refuseByAccess(caller, operation);
      refuseByPath(caller.rights, name, undefined);
    } catch {
      return false;
    }
    return desk.ledger.hasRoom(tenant) && rateLimit.mayCharge(caller);
  }

  /** Submits what the request says and answers with its outcome, or leaves it to the framework. */
  #carryOut(caller: Caller, tenant: string): void {
    const submission = this.#admitted(caller, tenant, this.#body ?? Buffer.alloc(0));
    if (submission === undefined) {
      if (this.#body !== undefined) leaveBody(this.#request, this.#body);
      this.#onward(this.#request, this.#answer);
      return;
    }
    if (taken.hasSubscribers) taken.publish(submission);
    this.#tenant = tenant;
    this.#requestId = requestIdOf(this.#head.requestId);
    this.#answer.on('close', () => this.#ended());
    const { writes } = this.#parts.desk;
    // A replay from memory waits for nothing: promises would take 1 µs of it.
    const replay = writes.replay(submission);
    if (replay !== undefined) {
      this.#send(replay);
      return;
    }
    writes
      .submitPlain(submission, (times) => {
        this.#writeTimes = times;
      })
      .then((outcome) => this.#send(outcome))
      .catch((error: unknown) => this.#fail(error));
  }

  /** The submission of a request that nothing refuses. It is charged then. */
  #admitted(caller: Caller, tenant: string, bytes: Buffer): Submission | undefined {
    const { desk, room, rateLimit } = this.#parts;
    // The client has left, and the end of its answer would not give back a place; or the server is about to stop.
    if (this.#answer.destroyed || !desk.ledger.isOpen) return undefined;
    const submission = this.#read(caller, tenant, bytes);
    if (submission === undefined) return undefined;
    const place = room.place(tenant);
    const rateFields = place.reach(bytes.length) ? rateLimit.chargeNow(caller) : undefined;
    if (rateFields === undefined) {
      place.release();
      return undefined;
    }
    this.#place = place;
    this.#rateFields = rateFields;
    return submission;
  }

  #read(caller: Caller, tenant: string, bytes: Buffer): Submission | undefined {
    try {
      const parsed = parseIdempotencyKey([this.#head.key]);
      if (parsed.kind !== 'valid') return undefined;
      const read = this.#parts.bodies.read(bytes);
      if (read === undefined) return undefined;
      const { item, fingerprint } = read;
      refuseByParts(caller.rights, name, { params: undefined, query: undefined, body: item });
      const command = usageCommand(item, caller);
      const key = keyUseOf(parsed.key, caller, { method, path, fingerprint }, false);
      return { tenant, command, key, actor: undefined };
    } catch {
      // The framework's route fails in the same way, and renders the error.
      return undefined;
    }
  }

  #send(outcome: Outcome): void {
    this.#idempotency = keyedOutcome(outcome);
    try {
      const { status, headers = [], body } = answered(outcome);
      this.#write(status, headers, body);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#answer.headersSent) {
      this.#answer.destroy();
      return;
    }
    const failure =
      error instanceof ApiError ? error : new ApiError('internal_error', 'internal error', {}, error);
    const { status, headers, body } = this.#parts.renderFailure(failure, {
      id: this.#requestId,
      method,
      raw: this.#request,
      headers: { accept: this.#head.accept },
      routeOptions: { url: path },
    });
    this.#write(status, Object.entries(headers), body);
  }

  /** In the order in which the framework has the fields. */
  #write(status: number, headers: Iterable<readonly [string, string]>, body: string | Uint8Array): void {
    const answer = this.#answer;
    // The client has left.
    if (answer.destroyed) return;
    const fields = ['x-request-id', this.#requestId, ...securityFields];
    for (const [field, value] of this.#rateFields) fields.push(field, value);
    for (const [field, value] of headers) fields.push(field, value);
    fields.push('server-timing', serverTiming(this.#writeTimes, performance.now() - this.#startedAtMs));
    fields.push('content-length', String(Buffer.byteLength(body)));
    answer.writeHead(status, fields);
    answer.end(body);
  }

  #ended(): void {
    this.#place?.release();
    if (!this.#answer.writableFinished) return;
    this.#parts.onAnswered({
      raw: this.#request,
      method,
      route: path,
      status: this.#answer.statusCode,
      ms: performance.now() - this.#startedAtMs,
      tenant: this.#tenant,
      idempotency: this.#idempotency,
      log: () => this.#parts.log.child({ reqId: this.#requestId }),
    });
  }
}
