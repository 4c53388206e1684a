import type { X402Phase, X402Settled } from './x402-shapes.ts';

/** What is remembered of one settlement. It is written before the facilitator is asked to settle. */
export interface Settlement {
  /**
   * `begun`: the facilitator was asked, and no one knows the outcome yet. `settled`: the payment was taken. `failed`: it was
   * not, and cannot be by that attempt.
   */
  readonly state: 'begun' | 'settled' | 'failed';
  /** the operation that it pays for, as `Operation.reference` */
  readonly operation: string;
  /** differs from attempt to attempt */
  readonly attempt: string;
  readonly begunAtMs: number;
  readonly requirements: unknown;
  /** the answer that is paid for, encoded; missing before the handler has run, and where it cannot be kept */
  readonly answer?: string;
  /** what the facilitator said, once it is settled */
  readonly result?: X402Settled;
}

/** A settlement that was begun, and whose outcome is not known. */
export interface PendingSettlement<Payload = unknown, Requirements = unknown> {
  /** as the client has sent it */
  readonly paymentPayload: Payload;
  /** what the facilitator was asked to settle it for */
  readonly requirements: Requirements;
  readonly phase: X402Phase;
  readonly begunAtMs: number;
}

/**
 * What was found out about a settlement: that the payment was taken, with what the facilitator would have said; that it was
 * not and cannot be any more by that attempt, so that it may be settled again; or nothing.
 */
export type SettlementFinding =
  | { readonly kind: 'settled'; readonly result: X402Settled }
  | { readonly kind: 'not_settled' }
  | { readonly kind: 'unknown' };

/** @throws {Error} for what is no settlement */
export function parseSettlement(text: string): Settlement {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('state' in value && 'operation' in value)) {
    throw new Error('a cell of a settlement has something else');
  }
  return value as Settlement;
}
