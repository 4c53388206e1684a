import type { WriteOff } from '../../../domain/usage.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import { writeOffs } from '../../tables/entries.ts';
import { integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';
import type { Read } from './reader.ts';

const loadWriteOffSql = `SELECT ${selectList(writeOffs)} FROM write_offs WHERE account = ? AND sequence = ?`;
const loadWriteOffsOfSql = `SELECT o.sequence, ${selectList(writeOffs, 'o')} FROM accounts AS a
     CROSS JOIN write_offs AS o USING (account)
     WHERE a.tenant = ? AND a.agent = ? AND a.service_id = ? ORDER BY o.sequence LIMIT ?`;
const parseWriteOff = parserOf(writeOffs);

/** What the entry of a write-off takes off the credit. */
export function loadWriteOff(connection: SqliteConnection, account: number, sequence: number): WriteOff {
  const row = connection.get(loadWriteOffSql, account, sequence);
  if (row === undefined) throw new Error(`entry ${sequence} of account ${account} writes off nothing`);
  return parseWriteOff(row);
}

export function writeOffsRead(read: Read): Pick<AccountReads, 'writeOffsOf'> {
  return {
    writeOffsOf: ({ tenant, agent, serviceId }, limit) =>
      read((connection) =>
        connection.all(loadWriteOffsOfSql, tenant, agent, serviceId, limit).map((row) => ({
          sequence: integer(row, 'sequence'),
          writeOff: parseWriteOff(row),
        })),
      ),
  };
}
