import { onAgents } from '../hostile-client.ts';
import type { Pattern } from '../pattern.ts';

/** Refused callers are logged as warnings, and the log output accepts no more lines. */
export const fullLog: Pattern = {
  name: '8 a log that takes no more lines',
  fillsLog: true,
  isRefused: true,
  async attack(target, signal) {
    // The key does not have this right: each refusal is logged, up to a limit.
    await onAgents(target, signal, 8, '/api/v1/api-keys', () => ({}));
  },
};
