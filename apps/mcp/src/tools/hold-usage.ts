import { answerOf, type Billonce, type BillonceError, type Hold } from '@billonce/client';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { adviceOnRefusal, done, isUnanswered, refused, resultOf } from '../tool-result.ts';
import { type ToolUsage, type ToolUse, usageKeyOf } from '../usage-key.ts';

/** Reserves usage once for each key. */
export function createHold(
  billonce: Pick<Billonce, 'holds'>,
  usage: ToolUsage,
  given: string | undefined,
): Promise<CallToolResult> {
  const { key, isGiven, usageId } = usageKeyOf(usage, given);
  return resultOf(
    async () => {
      const hold = await billonce.holds.create({ ...usage, id: usageId });
      // With 201 this call created the hold, even if the answer came from a request that was sent again.
      const isRepeated = answerOf(hold)?.status === 200;
      if (hold.state !== 'open') return refused(endedText(hold.id, hold.state));
      if (isRepeated && !isGiven) return refused(ambiguousText(hold, key));
      const { id, state, amount, asset, expiresAt, available } = hold;
      return done({ key, holdId: id, state, amount, asset, expiresAt, available, isRepeated });
    },
    (error) => adviceOn(error, key),
  );
}

/** The refusal if the hold has ended: it reserves nothing for new work. */
function endedText(id: string, state: Exclude<Hold['state'], 'open'>): string {
  switch (state) {
    case 'captured':
      return `Not reserved: work with this key was done and paid before; its hold "${id}" was captured. For new work, use a new key.`;
    case 'lapsed':
      return `Not reserved: the hold "${id}" with this key has lapsed and reserves nothing. If its work was done, call \`capture_hold\` with its id. To do work, call again with a new key.`;
    case 'released':
      return `Not reserved: the hold "${id}" with this key was released. To do the work now, call again with a new key.`;
  }
}

function ambiguousText({ id }: Pick<Hold, 'id'>, key: string): string {
  return `Not reserved: the same hold was already made by a call without a key, as "${key}"; its id is "${id}" and it is open. If this call repeats that one, use that hold. For new work, call again with a new key.`;
}

/** Records the actual usage of reserved work. A hold is captured once, so its id is also the id of the usage. */
export function captureHold(
  billonce: Pick<Billonce, 'holds'>,
  agent: string | undefined,
  holdId: string,
  use: ToolUse,
): Promise<CallToolResult> {
  return resultOf(async () => {
    const foreign = await foreignHold(billonce, agent, holdId);
    if (foreign !== undefined) return foreign;
    const captured = await billonce.holds.capture(holdId, { ...use, id: holdId });
    const status = answerOf(captured)?.status === 200 ? 'already_captured' : 'captured';
    const { amount, captured: cost, asset, available } = captured;
    return done({ status, holdId, held: amount, cost, asset, available });
  }, adviceOnEnd);
}

/** Releases the money that a hold reserves. */
export function releaseHold(
  billonce: Pick<Billonce, 'holds'>,
  agent: string | undefined,
  holdId: string,
): Promise<CallToolResult> {
  return resultOf(async () => {
    const foreign = await foreignHold(billonce, agent, holdId);
    if (foreign !== undefined) return foreign;
    const { state, available, asset } = await billonce.holds.release(holdId);
    return done({ holdId, state, available, asset });
  }, adviceOnEnd);
}

/** Refuses the hold of another agent than the one that the tools act for. */
async function foreignHold(
  billonce: Pick<Billonce, 'holds'>,
  agent: string | undefined,
  holdId: string,
): Promise<CallToolResult | undefined> {
  if (agent === undefined) return undefined;
  const hold = await billonce.holds.get(holdId);
  return hold.agent === agent
    ? undefined
    : refused(`The hold "${holdId}" belongs to another agent. Nothing was done.`);
}

function adviceOn(error: BillonceError, key: string): string {
  if (error.code === 'insufficient_balance')
    return 'Nothing was reserved. Do not do the work; it is not paid.';
  if (error.code === 'hold_id_conflict')
    return `Nothing was reserved: the key "${key}" was used for another hold. To repeat that call, use its arguments; for new work, use a new key.`;
  return isUnanswered(error)
    ? `It is not known whether it was reserved. Call again with the key "${key}" and the same arguments.`
    : `Nothing was reserved. ${adviceOnRefusal(error)}`;
}

function adviceOnEnd(error: BillonceError): string {
  const { code } = error;
  if (code === 'hold_ended') return 'Nothing was changed: the hold has ended.';
  if (code === 'usage_id_conflict')
    return 'Nothing was changed: the hold was captured before, for another amount of usage.';
  if (code === 'insufficient_balance' || code === 'limit_reached')
    return 'Nothing was captured, and the hold is as before: capture less, or capture it later.';
  return isUnanswered(error)
    ? 'It is not known whether it was done. Call again with the same arguments: it is done once.'
    : `Nothing was changed. ${adviceOnRefusal(error)}`;
}
