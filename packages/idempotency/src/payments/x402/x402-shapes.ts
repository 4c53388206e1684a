// The parts of @x402/core that are used here, by their shapes: any version that has them works.

/** A facilitator's result of a settlement. */
export interface X402Settled {
  readonly success: boolean;
  readonly transaction: string;
  readonly network: `${string}:${string}`;
  readonly payer?: string;
  readonly errorReason?: string;
}

/** When a payment is settled: before the handler, after it, or when it is refunded. */
export type X402Phase = 'before-handler' | 'after-handler' | 'cancel';

/** The input of a hook on a verification. */
export interface X402VerifyContext {
  readonly paymentPayload: unknown;
}

/** The input of a hook on a settlement. */
export interface X402SettleContext {
  readonly paymentPayload: unknown;
  readonly requirements: unknown;
  readonly phase?: X402Phase;
  /** over HTTP: the answer of the handler */
  readonly transportContext?: unknown;
}

/** The result of a hook that replaces the step that follows it. */
type Instead<Result> =
  | { skip: true; result: Result }
  | { abort: true; reason: string; message?: string }
  | undefined;

/** An `x402ResourceServer` of `@x402/core`. */
export interface X402Server {
  onBeforeVerify(
    hook: (context: X402VerifyContext) => Promise<Instead<{ isValid: boolean; payer?: string }>>,
  ): unknown;
  onBeforeSettle(hook: (context: X402SettleContext) => Promise<Instead<X402Settled>>): unknown;
  onAfterSettle(
    hook: (context: X402SettleContext & { readonly result: X402Settled }) => Promise<void>,
  ): unknown;
  onSettleFailure(hook: (context: X402SettleContext & { readonly error: Error }) => Promise<void>): unknown;
}
