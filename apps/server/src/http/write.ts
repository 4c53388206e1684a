import { isWrite, type OperationName } from '@billonce/contract';
import {
  canonicalJson,
  fieldLines,
  fingerprint,
  type Json,
  keyDigest,
  parseIdempotencyKey,
  replayedHeader,
  splitTarget,
  uuidV7TimeMs,
} from '@billonce/idempotency/core';
import type { FastifyRequest } from 'fastify';
import type { CommandFor } from '../answers/answers.ts';
import { holdBody } from '../answers/holds.ts';
import { quoteBody } from '../answers/quotes.ts';
import { usageBulkResults } from '../answers/usage.ts';
import type { Actor } from '../domain/act.ts';
import { amountText } from '../domain/balance-events.ts';
import { rulesOf } from '../domain/command.ts';
import type { Refusal } from '../domain/refusal.ts';
import { timestampOfMs, timestampOrNull } from '../domain/timestamps.ts';
import { sealingKey } from '../ledger/answer-protection.ts';
import type { WritePath } from '../ledger/ledger-lanes.ts';
import type { OnTimed } from '../ledger/ledger-parts.ts';
import type { KeyUse, Outcome, Submission } from '../ledger/submission.ts';
import { keyedOutcome } from '../metrics/metrics.ts';
import { ApiError, type ErrorDetails } from './api-error.ts';
import type { Caller } from './caller.ts';
import type { Call, WrittenReply } from './router.ts';

/** Carries out writes: reads the idempotency key, submits the command, renders its outcome. */
export class WriteDesk {
  readonly #ledger: WritePath;
  readonly #isKeyRequired: boolean;
  readonly #onDecided: (submission: Submission, outcome: Outcome) => void;

  constructor(
    ledger: WritePath,
    isKeyRequired: boolean,
    onDecided: (submission: Submission, outcome: Outcome) => void,
  ) {
    this.#ledger = ledger;
    this.#isKeyRequired = isKeyRequired;
    this.#onDecided = onDecided;
  }

  /**
   * Submits the command of a call under its idempotency key, and answers once it is durable.
   *
   * @throws {ApiError} for every refusal and every fault
   */
  async write<N extends OperationName>(
    call: Call<N>,
    tenant: string,
    command: CommandFor<N>,
  ): Promise<WrittenReply> {
    const key = this.keyUse(call, false);
    return answered(await this.submit(call, tenant, command, key));
  }

  /** Submits a command and returns its outcome, for a caller that handles some refusals itself. */
  async submit<N extends OperationName>(
    { request, caller }: Call<N>,
    tenant: string,
    command: CommandFor<N>,
    key: KeyUse | undefined,
  ): Promise<Outcome> {
    // Only administrative commands record who did them: usage is recorded a thousand times as often.
    const actor = rulesOf(command).actsMax(command) === 0 ? undefined : actorOf(caller, request.id);
    const outcome = await this.submitPlain({ tenant, command, key, actor }, (times) => {
      request.writeTimes = times;
    });
    if (key !== undefined) request.keyedOutcome = keyedOutcome(outcome);
    return outcome;
  }

  /** Submits a command that was not read from a call, and returns its outcome. */
  async submitPlain(submission: Submission, onTimed: OnTimed): Promise<Outcome> {
    const outcome = await this.#ledger.submit(submission, onTimed);
    this.#onDecided(submission, outcome);
    return outcome;
  }

  /** The outcome of a submission that is a replay from memory, at once; `undefined` for one that must be submitted. */
  replay(submission: Submission): Outcome | undefined {
    const outcome = this.#ledger.replay(submission);
    if (outcome !== undefined) this.#onDecided(submission, outcome);
    return outcome;
  }

  /**
   * The idempotency key of a call, with the fingerprint of its request.
   *
   * @param isSecret whether the answer shows a secret, and so is stored sealed
   */
  keyUse<N extends OperationName>(call: Call<N>, isSecret: boolean): KeyUse | undefined {
    const { request, caller, operation } = call;
    const key = readKey(request);
    if (key === undefined) {
      if (!this.#isKeyRequired || !isWrite(operation)) return undefined;
      throw new ApiError('idempotency_key_required', 'this server requires an Idempotency-Key');
    }
    const { query } = splitTarget(request.raw.url ?? '');
    const path = pathOf(operation.path, call.params);
    const ifMatch = request.headers['if-match'];
    const { method } = request;
    const compared = fingerprint({ method, path, query, ifMatch, body: canonicalBody(call) });
    return keyUseOf(key, caller, { method, path, fingerprint: compared }, isSecret);
  }
}

/** The use of an idempotency key by a caller, for a request. */
export function keyUseOf(
  key: string,
  { scope, presentedKey }: Caller,
  { method, path, fingerprint }: Pick<KeyUse, 'method' | 'path' | 'fingerprint'>,
  isSecret: boolean,
): KeyUse {
  const madeAtMs = uuidV7TimeMs(key);
  return {
    scope,
    digest: keyDigest(key, madeAtMs),
    madeAtMs,
    fingerprint,
    method,
    path,
    sealingKey: isSecret ? sealingKey(presentedKey, key) : undefined,
  };
}

function actorOf({ kind, keyPrefix, address }: Caller, requestId: string): Actor {
  return { kind: kind === 'tenant' ? 'api_key' : kind, keyPrefix, address, requestId };
}

/**
 * The path of an operation in one spelling. `/usage/a%40b/s` and `/usage/a@b/s` name the same account, and a proxy may
 * change one into the other, so a retry must not be treated as another request.
 */
function pathOf(template: string, params: unknown): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(paramOf(params, name)));
}

function paramOf(params: unknown, name: string): string {
  const value: unknown =
    typeof params === 'object' && params !== null ? Reflect.get(params, name) : undefined;
  if (typeof value !== 'string') throw new Error(`the path has no parameter ${name}`);
  return value;
}

/**
 * The idempotency key of a request.
 *
 * @throws {ApiError} `invalid_idempotency_key`
 */
export function readKey(request: FastifyRequest): string | undefined {
  const parsed = parseIdempotencyKey(fieldLines(request.raw.rawHeaders, 'idempotency-key'));
  switch (parsed.kind) {
    case 'absent':
      return undefined;
    case 'invalid':
      throw new ApiError('invalid_idempotency_key', `Idempotency-Key: ${parsed.reason}`);
    case 'valid':
      return parsed.key;
  }
}

function canonicalBody<N extends OperationName>({ request, bodyText }: Call<N>): string {
  if (request.jsonBody === undefined) return '';
  if (request.jsonBody.canonical !== undefined) return request.jsonBody.canonical;
  try {
    return canonicalJson(parsedJson(request.jsonBody.value));
  } catch (error) {
    // A lone surrogate has no canonical text. Only the items of a bulk are read this late, and it is refused there.
    if (error instanceof RangeError) return bodyText;
    throw error;
  }
}

/** `JSON.parse` returns nothing but JSON. */
function parsedJson(value: unknown): Json {
  return value as Json;
}

/**
 * Renders the outcome of a submission.
 *
 * @throws {ApiError} for every refusal and every fault
 */
export function answered(outcome: Outcome): WrittenReply {
  switch (outcome.kind) {
    case 'answered': {
      const { status, headers, body } = outcome.response;
      const replayed: readonly (readonly [string, string])[] = outcome.replayed
        ? [[replayedHeader, 'true']]
        : [];
      return { status, headers: [...headers, ...replayed], body, isWritten: true };
    }
    case 'refused':
      throw refusalError(outcome.refusal);
    case 'fault':
      throw new ApiError(outcome.code, faultMessages[outcome.code], {}, outcome.facts);
  }
}

const faultMessages = {
  storage_unavailable: 'the database cannot be written to; nothing was applied',
  outcome_unknown: 'it is unknown whether this took effect: resend it with the same Idempotency-Key',
  overloaded: 'the server is overloaded; nothing was applied',
  shutting_down: 'this instance is stopping; nothing was applied',
  internal_error: 'internal error; nothing was applied',
} as const;

function refusalError(refusal: Refusal): ApiError {
  if (refusal.code === 'prefix_taken') return new ApiError('internal_error', 'no free key prefix was found');
  // The request could not be judged without the books, but it is at fault nevertheless.
  if (refusal.code === 'already_expired') return invalidAt('/expiresAt', 'must be in the future', refusal);
  if (refusal.code === 'invalid_date') {
    const { message } = refusal;
    return invalidAt('/effectiveFrom', message.replace(/^effectiveFrom /, ''), refusal);
  }
  if (refusal.code === 'too_many_items') return invalidAt('/items', 'has too many items', refusal);
  return new ApiError(refusal.code, refusal.message, refusalDetails(refusal));
}

function invalidAt(pointer: string, fault: string, { message }: Refusal): ApiError {
  return new ApiError('invalid_request', message, { faults: [{ pointer, message: fault }] });
}

function refusalDetails(refusal: Refusal): ErrorDetails {
  switch (refusal.code) {
    case 'quote_changed':
      return { members: { quote: quoteBody(refusal.quote) } };
    case 'bulk_rejected':
      return { members: { results: usageBulkResults(refusal.results) } };
    case 'insufficient_balance': {
      const { asset, available, overdraft, required } = refusal;
      return {
        members: {
          asset,
          available: amountText(available),
          overdraft: amountText(overdraft),
          required: amountText(required),
        },
      };
    }
    case 'unknown_asset':
    case 'asset_mismatch':
      return { faults: [{ pointer: refusal.pointer, message: refusal.message }] };
    case 'grant_changed':
      return { members: { amount: amountText(refusal.amount) } };
    case 'hold_ended':
      return { members: { hold: holdBody(refusal.hold) } };
    case 'idempotency_key_expired':
      return {
        members: {
          firstSeenAt: timestampOrNull(refusal.firstSeenAtMs),
          location: refusal.location ?? null,
        },
        ...(refusal.location === undefined
          ? {}
          : { headers: { link: `<${refusal.location}>; rel="related"` } }),
      };
    case 'rate_limited':
      return { headers: retryAfter(refusal.retryAfterMs) };
    case 'limit_reached': {
      const { limit, left, retryAfterMs } = refusal;
      const members = { limit, left };
      return retryAfterMs === undefined ? { members } : { members, headers: retryAfter(retryAfterMs) };
    }
    case 'idempotency_key_in_future':
      return { members: { serverTime: timestampOfMs(refusal.serverTimeMs) } };
    case 'usage_id_conflict':
    case 'grant_id_conflict':
    case 'hold_id_conflict':
    case 'already_reversed':
    case 'not_reversible':
    case 'no_credit':
    case 'limit_exceeded':
    case 'service_disabled':
    case 'service_deleted':
    case 'service_paused':
    case 'service_unpriced':
    case 'service_in_use':
    case 'asset_conflict':
    case 'invalid_quantity':
    case 'service_has_outstanding_usage':
    case 'event_too_old':
    case 'event_in_future':
    case 'not_found':
    case 'idempotency_conflict':
    case 'prefix_taken':
    case 'webhook_disabled':
    case 'already_expired':
    case 'invalid_date':
    case 'too_many_items':
      return {};
  }
}

function retryAfter(ms: number): { readonly 'retry-after': string } {
  return { 'retry-after': String(Math.ceil(ms / 1_000)) };
}
