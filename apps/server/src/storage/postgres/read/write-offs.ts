import type { WriteOff } from '../../../domain/usage.ts';
import { writeOffs } from '../../tables/entries.ts';
import { rowsIn, text } from '../columns.ts';
import type { Row } from '../connection.ts';
import { jsonObject, parserOf } from '../described.ts';

/** Of `entries AS e`: what a write-off takes off the credit. */
export const writeOffColumn = `CASE WHEN e.requests = 0 THEN (SELECT json_agg(${jsonObject(writeOffs, 'o')})
    FROM write_offs AS o
    WHERE o.tenant = e.tenant AND o.account = e.account AND o.sequence = e.sequence) END AS write_off`;
const parseFields = parserOf(writeOffs);

/** What the entry of a write-off takes off the credit. */
export function parseWriteOff(row: Row): WriteOff {
  const [writeOff] = rowsIn(row, 'write_off');
  if (writeOff === undefined) throw new Error(`entry ${text(row, 'id')} writes off nothing`);
  return parseFields(writeOff);
}
