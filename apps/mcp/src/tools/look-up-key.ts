import type { Billonce } from '@billonce/client';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { adviceOnRead, done, resultOf } from '../tool-result.ts';
import { usageIdOf } from '../usage-key.ts';

/** Reports whether usage was recorded under an agent's key. */
export function lookUpKey(
  billonce: Pick<Billonce, 'call'>,
  agent: string,
  key: string,
): Promise<CallToolResult> {
  return resultOf(async () => {
    // The query names the agent, because an API key that is bound to an agent may read nothing else.
    const query = { agent, usageId: usageIdOf(agent, key), limit: 1 };
    const { items } = await billonce.call('listEntries', { query });
    return done({ key, status: items.length === 0 ? 'missing' : 'recorded' });
  }, adviceOnRead);
}
