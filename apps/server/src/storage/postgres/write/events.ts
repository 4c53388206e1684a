import type { NotedEvent } from '../../../domain/event.ts';
import { events } from '../../tables/events.ts';
import { json } from '../columns.ts';
import { insertSql, recordOf } from '../described.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveEventsSql = insertSql(events);
const eventRecord = recordOf(events);

export async function saveEvents(
  statements: StatementRunner,
  made: readonly { readonly tenant: string; readonly event: NotedEvent }[],
): Promise<void> {
  if (made.length === 0) return;
  const rows = made.map(({ tenant, event }) => eventRecord({ tenant }, event));
  await statements.rows(saveEventsSql, [json(rows)]);
}
