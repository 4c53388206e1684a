import type { NotedEvent } from '../../../domain/event.ts';
import { events } from '../../tables/events.ts';
import type { SqliteConnection } from '../connection.ts';
import { insertSql, valuesOf } from '../described.ts';

const saveEventSql = insertSql(events);
const eventValues = valuesOf(events);

export function saveEvent(connection: SqliteConnection, tenant: string, event: NotedEvent): void {
  connection.run(saveEventSql, tenant, ...eventValues(event));
}
