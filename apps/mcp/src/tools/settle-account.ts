import { answerOf, type Billonce, type BillonceError } from '@billonce/client';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { adviceOnRefusal, done, isUnanswered, resultOf } from '../tool-result.ts';
import { settlementKeyOf } from '../usage-key.ts';

/** A bill that a model has seen as a quote. */
export interface ToolSettlement {
  readonly agent: string;
  readonly serviceId: string;
  readonly through: number;
  readonly billedStroops: string;
}

/** Bills an account exactly as a quote said, once. */
export function settleAccount(
  billonce: Pick<Billonce, 'settle'>,
  { agent, serviceId, through, billedStroops }: ToolSettlement,
): Promise<CallToolResult> {
  return resultOf(async () => {
    const settled = await billonce.settle(
      { agent, serviceId, through, expectedStroops: billedStroops },
      { idempotencyKey: settlementKeyOf(agent, serviceId, through) },
    );
    return done({ ...settled, isRepeated: answerOf(settled)?.isReplay === true });
  }, adviceOn);
}

function adviceOn(error: BillonceError): string {
  if (error.code === 'quote_changed') return 'Nothing was billed. Read the quote again, and decide again.';
  return isUnanswered(error)
    ? 'It is not known whether it was billed. Call again with the same arguments: it is billed once.'
    : `Nothing was billed. ${adviceOnRefusal(error)}`;
}
