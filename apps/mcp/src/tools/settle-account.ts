import { answerOf, type Billonce, type BillonceError } from '@billonce/client';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { adviceOnRefusal, done, isUnanswered, refused, resultOf } from '../tool-result.ts';
import { settlementKeyOf } from '../usage-key.ts';

/** A bill that a model has seen as a quote. */
export interface ToolSettlement {
  readonly agent: string;
  readonly serviceId: string;
  readonly through: number;
  /** of a quote in XLM */
  readonly billedStroops?: string | undefined;
  /** of a quote in any asset */
  readonly amount?: string | undefined;
}

/** Bills an account once, exactly as a quote showed it. */
export function settleAccount(
  billonce: Pick<Billonce, 'settle'>,
  { agent, serviceId, through, billedStroops, amount }: ToolSettlement,
): Promise<CallToolResult> {
  if (billedStroops === undefined && amount === undefined) return Promise.resolve(refused(namesNoAmount));
  return resultOf(async () => {
    const settled = await billonce.settle(
      {
        agent,
        serviceId,
        through,
        ...(billedStroops === undefined ? {} : { expectedStroops: billedStroops }),
        ...(amount === undefined ? {} : { expectedAmount: amount }),
      },
      { idempotencyKey: settlementKeyOf(agent, serviceId, through) },
    );
    return done({ ...settled, isRepeated: answerOf(settled)?.isReplay === true });
  }, adviceOn);
}

const namesNoAmount =
  'Nothing was billed. Give `billedStroops` of the quote, or `amount` of it if it has no `billedStroops`.';

function adviceOn(error: BillonceError): string {
  if (error.code === 'quote_changed') return 'Nothing was billed. Read the quote again, and decide again.';
  return isUnanswered(error)
    ? 'It is not known whether it was billed. Call again with the same arguments: it is billed once.'
    : `Nothing was billed. ${adviceOnRefusal(error)}`;
}
