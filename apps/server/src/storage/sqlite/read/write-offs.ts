import type { WriteOff } from '../../../domain/usage.ts';
import { writeOffs } from '../../tables/entries.ts';
import type { Connection } from '../connection.ts';
import { parserOf, selectList } from '../described.ts';

const loadWriteOffSql = `SELECT ${selectList(writeOffs)} FROM write_offs WHERE account = ? AND sequence = ?`;
const parseWriteOff = parserOf(writeOffs);

/** What the entry of a write-off takes off the credit. */
export function loadWriteOff(connection: Connection, account: number, sequence: number): WriteOff {
  const row = connection.get(loadWriteOffSql, account, sequence);
  if (row === undefined) throw new Error(`entry ${sequence} of account ${account} writes off nothing`);
  return parseWriteOff(row);
}
