import type { Refusal } from './refusal.ts';

/** Whether the writes of tenants are refused for now, and since when. */
export interface Pause {
  readonly isPaused: boolean;
  /** of the last change; 0 if there was none */
  readonly sinceMs: number;
}

export const neverPaused: Pause = { isPaused: false, sinceMs: 0 };

/** Why a tenant's write is refused while paused. */
export const servicePaused: Refusal = {
  code: 'service_paused',
  message: 'writes are paused by the operator; nothing was applied',
};
