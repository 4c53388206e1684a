import type { WriteOff } from '../../../domain/usage.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import { writeOffs } from '../../tables/entries.ts';
import { integer, rowsIn, text } from '../columns.ts';
import { jsonObject, parserOf, selectList } from '../described.ts';
import type { PostgresRow } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

/** Of `entries AS e`: what a write-off takes off the credit. */
export const writeOffColumn = (
  tenant: string,
) => `CASE WHEN e.requests = 0 THEN (SELECT json_agg(${jsonObject(writeOffs, 'o')})
    FROM write_offs AS o
    WHERE o.tenant = ${tenant} AND o.account = e.account AND o.sequence = e.sequence) END AS write_off`;
const loadWriteOffsOfSql = `SELECT o.sequence, ${selectList(writeOffs, 'o')}
    FROM accounts AS a JOIN write_offs AS o USING (tenant, account)
    WHERE a.tenant = $1 AND a.agent = $2 AND a.service_id = $3 ORDER BY o.sequence LIMIT $4`;
const parseFields = parserOf(writeOffs);

/** What the entry of a write-off takes off the credit. */
export function parseWriteOff(row: PostgresRow): WriteOff {
  const [writeOff] = rowsIn(row, 'write_off');
  if (writeOff === undefined) throw new Error(`entry ${text(row, 'id')} writes off nothing`);
  return parseFields(writeOff);
}

export function writeOffsRead(reader: Reader): Pick<AccountReads, 'writeOffsOf'> {
  return {
    writeOffsOf: ({ tenant, agent, serviceId }, limit) =>
      reader.of(tenant, async (connection) => {
        const rows = await connection.rows(loadWriteOffsOfSql, [tenant, agent, serviceId, limit]);
        return rows.map((row) => ({ sequence: integer(row, 'sequence'), writeOff: parseFields(row) }));
      }),
  };
}
