import { createHash } from 'node:crypto';
import type { OperationName, RequestPart } from '@billonce/contract';
import { statementBody, statementReply } from '../../answers/statements.ts';
import { type Statement, statementLinesMax, statementMovementsMax } from '../../domain/agent-statement.ts';
import { assetDefault } from '../../domain/balance.ts';
import { instantMs, timestampOfMs } from '../../domain/timestamps.ts';
import { statementCsv, statementHtml, statementStyle } from '../../reads/statement-text.ts';
import { ApiError } from '../api-error.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { csvType, htmlType } from '../media-types.ts';
import type { Call, HandlersOf } from '../router.ts';
import { securityHeaders } from '../security-headers.ts';

/** The page may have its own style, and nothing else. */
const pagePolicy = `${securityHeaders['content-security-policy']}; style-src 'sha256-${createHash('sha256')
  .update(statementStyle)
  .digest('base64')}'`;

export function statementsRoutes({ reads, nowMs }: Desk) {
  const stated = async <N extends OperationName>(
    call: Call<N>,
    { agent }: RequestPart<'readStatement', 'params'>,
    { from, to, asset = assetDefault }: RequestPart<'readStatement', 'query'>,
  ): Promise<Statement> => {
    const fromMs = from === undefined ? 0 : instantMs(from);
    const toMs = to === undefined ? nowMs() + 1 : instantMs(to);
    if (fromMs > toMs) {
      throw new ApiError('invalid_request', 'the beginning of a statement must be before its end', {
        faults: [{ pointer: '/from', message: `must not be after its end, ${timestampOfMs(toMs)}` }],
      });
    }
    const wanted = { tenant: tenantOf(call), agent, asset, fromMs, toMs };
    const found = await reads.walk(call, 'stateAgent', wanted);
    if (found !== undefined) return found;
    throw new ApiError(
      'limit_exceeded',
      `the statement would have more than ${statementLinesMax} lines, or add up more than ${statementMovementsMax} movements: request a shorter period`,
    );
  };
  return {
    readStatement: async (call) => statementReply(await stated(call, call.params, call.query)),

    exportStatementCsv: async (call) => ({
      status: 200,
      headers: [
        ['content-type', csvType],
        ['content-disposition', 'attachment; filename=statement.csv'],
      ],
      body: statementCsv(statementBody(await stated(call, call.params, call.query))),
    }),

    printStatement: async (call) => ({
      status: 200,
      headers: [
        ['content-type', htmlType],
        ['content-security-policy', pagePolicy],
      ],
      body: statementHtml(statementBody(await stated(call, call.params, call.query))),
    }),
  } satisfies HandlersOf<'statements'>;
}
