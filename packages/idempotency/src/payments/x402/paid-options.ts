import type { CellStore } from '../../cells/cell-store.ts';
import type { AbandonedOperation, AbandonedVerdict } from '../../core/abandoned.ts';
import { AnswerCipher } from '../../core/answer-cipher.ts';
import type { CallerOptions } from '../../core/caller-options.ts';
import { parseIdempotencyKey } from '../../core/idempotency-key.ts';
import { InvalidOptionsError } from '../../core/invalid-options.ts';
import type { KeyOptions } from '../../core/key-options.ts';
import type { Operation } from '../../core/operation.ts';
import { checkKeptHeaders } from '../../core/option-faults.ts';
import type { IdempotencyOptions } from '../../core/options.ts';
import type { Refusal } from '../../core/refusal.ts';
import type { Awaitable } from '../../core/store.ts';
import { AnswerKeeper } from './kept-answer.ts';
import type { PaidRequest } from './paid-request.ts';
import { type Payment, parsePayment, paymentHeaders } from './payment.ts';
import type { PendingSettlement, SettlementFinding } from './settlement.ts';
import { Settlements } from './settlements.ts';
import type { X402Server } from './x402-shapes.ts';

/** The options of a paid API for its payments. */
export interface PaymentOptions {
  /** the `x402ResourceServer` that was passed to the middleware of x402 */
  readonly server: X402Server;
  /** where settlements are recorded before they are made: durable, and shared by all instances */
  readonly settlements: CellStore;
  /**
   * Looks up a settlement whose outcome is unknown, because the process died or the facilitator did not answer. Without
   * this function such a payment is reported as unknown, and never settled again.
   */
  findSettlement?(pending: PendingSettlement): Awaitable<SettlementFinding>;
  /**
   * Whether a facilitator that gave this reason has not settled and will not; a retry may then be settled. By default
   * true for reasons that begin with `invalid_`, `insufficient_` or `unsupported_` and do not mention a nonce or a
   * transaction. Every other outcome is unknown.
   */
  readonly hasFailed?: (errorReason: string) => boolean;
  /** whether a payment without the extension `payment-identifier` is refused; false */
  readonly requireIdentifier?: boolean;
}

/** The options of the protection that the payments determine. */
type Decided = 'mode' | 'requireKey' | 'keyOf' | 'keysPer';

/** The options of a paid API: those of the adapter, except those that the payments determine, and those of the payments. */
export type PaidOptions<Options> = Omit<Options, Decided | 'server'> & PaymentOptions;

/** The value of a header of a request, by its name in lower case. */
type HeaderOf<Request> = (request: Request, name: string) => string | undefined;

/** The names of the options that are not the adapter's. */
const paymentNames: readonly string[] = [
  'server',
  'settlements',
  'findSettlement',
  'hasFailed',
  'requireIdentifier',
];

/** The options that all adapters share. */
type ProtectionOptions<Request> = IdempotencyOptions<Request> &
  CallerOptions<Request> &
  KeyOptions<[request: Request]>;

/** The payments of an API, according to its options. */
export class Payments<Request extends object> {
  readonly settlements: Settlements;
  readonly answers: AnswerKeeper;
  readonly hasFailed: (reason: string | undefined) => boolean;
  readonly #headerOf: HeaderOf<Request>;
  /** cached, because each payment is looked up several times */
  readonly #payments = new WeakMap<Request, Payment>();
  readonly #requireIdentifier: boolean;

  /** @throws {InvalidOptionsError} if the options of payments have mistakes */
  constructor(options: PaymentOptions & Partial<IdempotencyOptions<never>>, headerOf: HeaderOf<Request>) {
    const faults = paymentFaults(options);
    const isKept = checkKeptHeaders([...(options.keepHeaders ?? []), 'cache-control'], faults);
    if (faults.length > 0) throw new InvalidOptionsError(faults);
    const cipher = options.encryption === undefined ? undefined : new AnswerCipher(options.encryption);
    this.settlements = new Settlements(
      options.settlements,
      options.findSettlement && ((pending) => options.findSettlement?.(pending) ?? { kind: 'unknown' }),
    );
    this.answers = new AnswerKeeper(isKept, options.answerBytesMax ?? answerBytesMaxDefault, cipher);
    const { hasFailed = isFailure } = options;
    this.hasFailed = (reason) => reason !== undefined && hasFailed(reason);
    this.#headerOf = headerOf;
    this.#requireIdentifier = options.requireIdentifier ?? false;
  }

  /** The payment in a request. */
  paymentOf(request: Request): Payment | undefined {
    const known = this.#payments.get(request);
    if (known !== undefined) return known;
    for (const name of paymentHeaders) {
      const payment = parsePayment(this.#headerOf(request, name));
      if (payment === undefined) continue;
      this.#payments.set(request, payment);
      return payment;
    }
    return undefined;
  }

  /** The key of a paid request. A request without a payment only gets the demand to pay, and is not protected. */
  keyOf(request: Request): string | undefined {
    const payment = this.paymentOf(request);
    if (payment === undefined) return undefined;
    return payment.identifier ?? this.#headerKey(request) ?? `x402-${payment.digest}`;
  }

  /** The payer. */
  payerOf(request: Request): string {
    return `x402:${this.paymentOf(request)?.payer ?? ''}`;
  }

  /** The refusal of a paid request whose keys are wrong; `undefined` if they are valid. */
  refusalOf(request: Request): Refusal | undefined {
    const payment = this.paymentOf(request);
    if (payment === undefined) return undefined;
    if (payment.identifier === undefined) {
      return this.#requireIdentifier
        ? { code: 'invalid_idempotency_key', reason: 'the payment must have a payment-identifier' }
        : undefined;
    }
    const key = this.#headerKey(request);
    if (key === undefined || key === payment.identifier) return undefined;
    const reason = 'it differs from the payment-identifier: send the same in both, or one of them';
    return { code: 'invalid_idempotency_key', reason };
  }

  /**
   * Decides on an operation that began and never ended. If its payment was sent to be settled, `resume` handles it and
   * it is not executed.
   */
  async onAbandoned(
    operation: AbandonedOperation,
    otherwise: IdempotencyOptions['onAbandoned'],
  ): Promise<AbandonedVerdict> {
    const payment = this.paymentOf(parseRequest<Request>(operation));
    if (payment !== undefined && (await this.#isResumed(payment.digest, operation.reference))) return 'rerun';
    return typeof otherwise === 'function' ? otherwise(operation) : (otherwise ?? 'refuse');
  }

  /** Whether a retry is answered from what is known about its payment. */
  async #isResumed(payment: string, operation: string): Promise<boolean> {
    try {
      const known = await this.settlements.read(payment, 'after-handler');
      if (known?.operation !== operation) return false;
      return known.state === 'begun' || (known.state === 'settled' && known.answer !== undefined);
    } catch {
      // The next retry checks it again.
      return false;
    }
  }

  /** The options of the adapter: those of the application, with those that the payments determine. */
  adapterOptions<Options extends ProtectionOptions<Request>>(options: PaidOptions<Options>): Options {
    const given = Object.entries(options).filter(
      ([name, value]) => value !== undefined && !paymentNames.includes(name),
    );
    const { onAbandoned, keepHeaders = [], compareHeaders = [] } = options;
    const decided: Partial<ProtectionOptions<Request>> = {
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      ...(options.tenantOf === undefined && options.callers === undefined
        ? { tenantOf: (request) => this.payerOf(request) }
        : {}),
      ...Object.fromEntries(given),
      mode: 'leased',
      keepHeaders: [...keepHeaders, 'cache-control'],
      compareHeaders: [...compareHeaders, ...paymentHeaders],
      skip: (request) => this.paymentOf(request) === undefined || (options.skip?.(request) ?? false),
      keyOf: (request) => this.keyOf(request),
      onAbandoned: (operation) => this.onAbandoned(operation, onAbandoned),
    };
    return decided as Options;
  }

  /** A paid request when it begins; `undefined` if it has no payment or is not protected. */
  begin(request: Request, operation: Operation | undefined, status: () => number): PaidRequest | undefined {
    const payment = this.paymentOf(request);
    if (payment === undefined || operation === undefined) return undefined;
    const { settlements, answers, hasFailed } = this;
    const [settled, begun] = [new Map(), new Map()];
    return { payment, operation, settlements, answers, hasFailed, status, settled, begun };
  }

  #headerKey(request: Request): string | undefined {
    const line = this.#headerOf(request, 'idempotency-key');
    if (line === undefined) return undefined;
    const parsed = parseIdempotencyKey([line]);
    return parsed.kind === 'valid' ? parsed.key : line;
  }
}

const answerBytesMaxDefault = 1_048_576;

/** Casts the request, which the adapter has passed to the engine and the engine returns. */
function parseRequest<Request>({ request }: AbandonedOperation): Request {
  return request as Request;
}

function isFailure(reason: string): boolean {
  // These reasons may refer to the charge of an earlier attempt.
  if (/already|used|nonce|duplicate|pending|transaction|simulation/.test(reason)) return false;
  return /^(?:invalid|insufficient|unsupported)_/.test(reason);
}

function paymentFaults(options: PaymentOptions): string[] {
  const faults: string[] = [];
  const { server, settlements, requireIdentifier } = options;
  if (typeof server?.onBeforeSettle !== 'function' || typeof server.onSettleFailure !== 'function') {
    faults.push('server must be the x402ResourceServer that the middleware of x402 was made with');
  }
  if (typeof settlements?.read !== 'function' || typeof settlements.write !== 'function') {
    faults.push('settlements must be a cell store: sqliteCells, postgresCells or redisCells');
  }
  for (const name of ['findSettlement', 'hasFailed'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function')
      faults.push(`${name} must be a function`);
  }
  if (requireIdentifier !== undefined && typeof requireIdentifier !== 'boolean') {
    faults.push('requireIdentifier must be true or false');
  }
  return faults;
}
