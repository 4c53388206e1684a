import { onAgents } from '../hostile-client.ts';
import type { Pattern } from '../pattern.ts';

/** Callers that are refused are logged as warnings, and the log takes no more lines. */
export const fullLog: Pattern = {
  name: '8 a log that takes no more lines',
  fillsLog: true,
  isRefused: true,
  async attack(target, signal) {
    // A right that the key does not have: each refusal is a line, up to a bound.
    await onAgents(target, signal, 8, '/api/v1/api-keys', () => ({}));
  },
};
