import type { Billonce, BillonceError } from '@billonce/client';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { done, isUnanswered, refused, resultOf } from '../tool-result.ts';
import { amountText, type ToolUsage, type UsageKey, usageKeyOf } from '../usage-key.ts';

/**
 * Records usage once for each key. The server recognizes the key by the id of the usage, not by the key of the request:
 * so a request that is sent again because its answer was lost is not mistaken for a second call.
 */
export function recordUsage(
  billonce: Pick<Billonce, 'usage'>,
  usage: ToolUsage,
  given: string | undefined,
): Promise<CallToolResult> {
  const key = usageKeyOf(usage, given);
  return resultOf(
    async () => {
      const recorded = await billonce.usage.record({ ...usage, id: key.usageId });
      const isRepeated = recorded.status === 'duplicate';
      if (isRepeated && !key.isGiven) return refused(ambiguousText(usage, key));
      const status = isRepeated ? 'already_recorded' : 'recorded';
      // With decimal places, `total` counts their smallest parts, which a model would take for units.
      const outstanding =
        recorded.quantity === undefined
          ? { outstandingRequests: recorded.total }
          : { outstandingQuantity: recorded.quantity };
      return done({ status, key: key.key, ...outstanding });
    },
    (error) => adviceOn(error, key),
  );
}

function ambiguousText(usage: ToolUsage, { key }: UsageKey): string {
  const { agent, serviceId } = usage;
  return [
    `Not recorded: usage of ${amountText(usage)} by ${agent} for ${serviceId} was already recorded by a call without a key, as "${key}".`,
    'It is not clear whether this call repeats that one. If it does, nothing is left to do: it is billed once.',
    'If this is new usage, call again with a new key that names it.',
  ].join(' ');
}

function adviceOn(error: BillonceError, { key }: UsageKey): string {
  if (error.code === 'usage_id_conflict') {
    return `The key "${key}" was used for other usage. To repeat that call, use its arguments; for new usage, use a new key. Nothing was recorded.`;
  }
  if (isUnanswered(error)) {
    return `It is not known whether the usage was recorded. Call again with the key "${key}" and the same arguments.`;
  }
  return error.retry === 'same_request'
    ? `Nothing was recorded. Call again later with the key "${key}" and the same arguments.`
    : 'Nothing was recorded. Correct the arguments, and keep the key.';
}
