import { type BillonceOptions, checkOptions } from './billonce-options.ts';
import {
  type Call,
  type CallOptions,
  type CallParts,
  callerOf,
  type OperationName,
  type Success,
} from './call.ts';
import type { HoldMade, HoldRequest } from './contract/types.ts';
import { type HeldWork, type WithHoldOptions, withHold } from './holds/with-hold.ts';
import { agentsOf } from './nouns/agents.ts';
import { balancesOf } from './nouns/balances.ts';
import { billingOf, settlementsOf, settleOf } from './nouns/billing.ts';
import { eventsOf, webhooksOf } from './nouns/events.ts';
import { holdsOf } from './nouns/holds.ts';
import { idempotencyOf } from './nouns/idempotency.ts';
import { servicesOf } from './nouns/services.ts';
import { entriesOf, usageOf } from './nouns/usage.ts';
import { openRecorder } from './recorder/recorder.ts';
import type { Recorder, RecorderOptions } from './recorder/recorder-options.ts';

/**
 * A client of a Billonce server.
 *
 * Every write has an idempotency key and is sent again with it until its answer is final, so a call has at most one
 * effect. A call that fails throws a `BillonceError`; one that is aborted throws the reason of its signal.
 */
export interface Billonce {
  readonly usage: ReturnType<typeof usageOf>;
  readonly entries: ReturnType<typeof entriesOf>;
  readonly billing: ReturnType<typeof billingOf>;
  readonly settle: ReturnType<typeof settleOf>;
  readonly settlements: ReturnType<typeof settlementsOf>;
  readonly services: ReturnType<typeof servicesOf>;
  readonly agents: ReturnType<typeof agentsOf>;
  readonly balances: ReturnType<typeof balancesOf>;
  readonly holds: ReturnType<typeof holdsOf>;
  readonly webhooks: ReturnType<typeof webhooksOf>;
  readonly events: ReturnType<typeof eventsOf>;
  readonly idempotency: ReturnType<typeof idempotencyOf>;
  /** Calls any operation of the contract by its name, also those that have no method here. */
  call<N extends OperationName>(name: N, parts: CallParts<N>, options?: CallOptions): Promise<Success<N>>;
  /**
   * Reserves, runs the work, and captures what it took, or releases the hold if the work failed. The hold is extended
   * while the work lasts.
   *
   * With an `id` in the request, a program that died in the middle may call again: an open hold is used again, one that
   * was released or has lapsed is created again as `id~2` and so on, and one that was captured throws `hold_ended`,
   * because its work is paid. The `id` is also the usage id of the capture, so the work is billed once even if two
   * processes do it at the same time; nothing keeps both from doing it.
   *
   * @throws {BillonceError} `insufficient_balance`, `limit_reached`, `hold_ended` and others: the work was not begun
   * @throws {CaptureError} the work was done, but is not billed, or only a part of it
   * @throws what the work throws, or the reason of the signal
   */
  withHold<Result>(
    request: HoldRequest,
    work: (hold: HoldMade) => Promise<HeldWork<Result>>,
    options?: WithHoldOptions,
  ): Promise<Result>;
  /** Collects usage and sends it in the background. */
  recorder(options: RecorderOptions): Recorder;
}

/**
 * Creates a client. It opens no connection and starts no timer.
 *
 * @throws {BillonceError} `invalid_options`
 * @throws {IdempotentFetchError} `invalid_options`
 * @example
 * const billonce = createBillonce({ url: 'http://127.0.0.1:3001' });
 * await billonce.usage.record({ agent: 'agent-7', serviceId: 'search', requests: 3 });
 */
export function createBillonce(options: BillonceOptions): Billonce {
  const settings = checkOptions(options);
  const call: Call = callerOf(settings);
  const holds = holdsOf(call);
  const usage = usageOf(call);
  return {
    usage,
    entries: entriesOf(call),
    billing: billingOf(call),
    settle: settleOf(call),
    settlements: settlementsOf(call),
    services: servicesOf(call),
    agents: agentsOf(call),
    balances: balancesOf(call),
    holds,
    webhooks: webhooksOf(call),
    events: eventsOf(call),
    idempotency: idempotencyOf(call),
    call,
    withHold: (request, work, holdOptions = {}) =>
      withHold({ holds, usage, ...settings }, request, work, holdOptions),
    recorder: (recorderOptions) => openRecorder(call, settings, recorderOptions),
  };
}
