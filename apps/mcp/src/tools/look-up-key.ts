import type { Billonce } from '@billonce/client';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { adviceOnRead, done, resultOf } from '../tool-result.ts';
import { usageIdOf } from '../usage-key.ts';

/** Tells whether usage was recorded under an agent's key. */
export function lookUpKey(
  billonce: Pick<Billonce, 'call'>,
  agent: string,
  key: string,
): Promise<CallToolResult> {
  return resultOf(async () => {
    // The number of requests does not matter: an id that is known with another one is `different`, and not `missing`.
    const items = [{ id: usageIdOf(agent, key), requests: 1 }];
    const { results } = await billonce.call('reconcile', { body: { items } });
    return done({ key, status: results[0]?.status === 'missing' ? 'missing' : 'recorded' });
  }, adviceOnRead);
}
