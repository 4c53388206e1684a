import { type Entry, type WriteOff, writeOffKinds } from '../../../domain/usage.ts';
import { big, json, literal, rowsIn, text } from '../columns.ts';
import type { Row, Statements } from '../connection.ts';

/** Of `entries AS e`: what a write-off takes off the credit. */
export const writeOffColumn = `CASE WHEN e.requests = 0 THEN (SELECT json_agg(json_build_object('kind', o.kind,
      'stroops', o.stroops::text, 'reason', o.reason))
    FROM write_offs AS o
    WHERE o.tenant = e.tenant AND o.account = e.account AND o.sequence = e.sequence) END AS write_off`;
const saveWriteOffsSql = `INSERT INTO write_offs (tenant, account, sequence, kind, stroops, reason)
  SELECT tenant, account, sequence, kind, stroops, reason
  FROM json_to_recordset($1) AS w (tenant text, account uuid, sequence bigint, kind text, stroops bigint, reason text)`;

export function parseWriteOff(row: Row): WriteOff {
  const [writeOff] = rowsIn(row, 'write_off');
  if (writeOff === undefined) throw new Error(`entry ${text(row, 'id')} writes off nothing`);
  return {
    kind: literal(writeOff, 'kind', writeOffKinds),
    stroops: big(writeOff, 'stroops'),
    reason: text(writeOff, 'reason'),
  };
}

/** Saves what those of the entries that are write-offs take off the credits. */
export async function saveWriteOffs(
  statements: Statements,
  entries: readonly { readonly tenant: string; readonly account: string; readonly entry: Entry }[],
): Promise<void> {
  const rows = entries.flatMap(({ tenant, account, entry: { sequence, writeOff } }) =>
    writeOff === undefined ? [] : [{ tenant, account, sequence, ...writeOff }],
  );
  if (rows.length > 0) await statements.rows(saveWriteOffsSql, [json(rows)]);
}
