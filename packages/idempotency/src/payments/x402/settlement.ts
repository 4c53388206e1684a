import type { X402Phase, X402Settled } from './x402-shapes.ts';

/** The record of one settlement. It is written before the facilitator is asked to settle. */
export interface Settlement {
  /**
   * `begun`: the facilitator was asked, and the outcome is not known yet. `settled`: the payment was taken. `failed`:
   * it was not taken, and that attempt can no longer take it.
   */
  readonly state: 'begun' | 'settled' | 'failed';
  /** the operation that it pays for, as `Operation.reference` */
  readonly operation: string;
  /** differs for each attempt */
  readonly attempt: string;
  readonly begunAtMs: number;
  readonly requirements: unknown;
  /** the answer that is paid for, encoded; missing before the handler has run, and if it cannot be kept */
  readonly answer?: string;
  /** the facilitator's result, once it is settled */
  readonly result?: X402Settled;
}

/** A settlement that began, and whose outcome is not known. */
export interface PendingSettlement<Payload = unknown, Requirements = unknown> {
  /** as the client sent it */
  readonly paymentPayload: Payload;
  /** the requirements that the facilitator was asked to settle */
  readonly requirements: Requirements;
  readonly phase: X402Phase;
  readonly begunAtMs: number;
}

/**
 * The result of looking up a settlement: the payment was taken, with the result that the facilitator would have
 * returned; or it was not taken and that attempt can no longer take it, so it may be settled again; or nothing was
 * found.
 */
export type SettlementFinding =
  | { readonly kind: 'settled'; readonly result: X402Settled }
  | { readonly kind: 'not_settled' }
  | { readonly kind: 'unknown' };

/** @throws {Error} if it is not a settlement */
export function parseSettlement(text: string): Settlement {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('state' in value && 'operation' in value)) {
    throw new Error('a cell of settlements does not contain a settlement');
  }
  return value as Settlement;
}
