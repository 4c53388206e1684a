// The parts of @x402/core that are used here, by their shapes: any version that has them will do.

/** What a facilitator says of a settlement. */
export interface X402Settled {
  readonly success: boolean;
  readonly transaction: string;
  readonly network: `${string}:${string}`;
  readonly payer?: string;
  readonly errorReason?: string;
}

/** When a payment is settled: once before the handler, once after it, or when it is given back. */
export type X402Phase = 'before-handler' | 'after-handler' | 'cancel';

/** What a hook on a verification is given. */
export interface X402VerifyContext {
  readonly paymentPayload: unknown;
}

/** What a hook on a settlement is given. */
export interface X402SettleContext {
  readonly paymentPayload: unknown;
  readonly requirements: unknown;
  readonly phase?: X402Phase;
  /** of HTTP: the answer of the handler */
  readonly transportContext?: unknown;
}

/** A hook's word that what it was called before is not done. */
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
