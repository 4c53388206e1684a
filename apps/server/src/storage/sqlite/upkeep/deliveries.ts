import { idAtMs } from '../../../reads/id-bounds.ts';
import { uuidBytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';

const forgetDeliveriesSql = `DELETE FROM deliveries WHERE (tenant, webhook, event) IN (
       SELECT d.tenant, d.webhook, d.event FROM webhooks AS w CROSS JOIN deliveries AS d
         ON d.tenant = w.tenant AND d.webhook = w.id AND d.event < ?
       WHERE w.deleted = 1 OR d.state <> 'pending' LIMIT ?)`;

/** Forgets deliveries that have ended, of events before a moment, and those of deleted webhooks: how many. */
export function forgetDeliveries(connection: SqliteConnection, beforeMs: number, rowsMax: number): number {
  return Number(connection.run(forgetDeliveriesSql, uuidBytes(idAtMs(beforeMs)), rowsMax).changes);
}
