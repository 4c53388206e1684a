import { type Entry, type WriteOff, writeOffKinds } from '../../../domain/usage.ts';
import { big, literal, text } from '../columns.ts';
import type { Connection } from '../connection.ts';

const loadWriteOffSql =
  'SELECT kind, CAST(stroops AS TEXT) AS stroops, reason FROM write_offs WHERE account = ? AND sequence = ?';
const saveWriteOffSql =
  'INSERT INTO write_offs (account, sequence, kind, stroops, reason) VALUES (?, ?, ?, ?, ?)';

/** What the entry of a write-off takes off the credit. */
export function loadWriteOff(connection: Connection, account: number, sequence: number): WriteOff {
  const row = connection.get(loadWriteOffSql, account, sequence);
  if (row === undefined) throw new Error(`entry ${sequence} of account ${account} writes off nothing`);
  return {
    kind: literal(row, 'kind', writeOffKinds),
    stroops: big(row, 'stroops'),
    reason: text(row, 'reason'),
  };
}

export function saveWriteOff(connection: Connection, account: number, { sequence, writeOff }: Entry): void {
  if (writeOff === undefined) return;
  const { kind, stroops, reason } = writeOff;
  connection.run(saveWriteOffSql, account, sequence, kind, stroops, reason);
}
