import { notedEventTypes } from '../../domain/event.ts';
import { count, id, json, key, literal, table, text } from '../table.ts';

/** Events that no other fact shows. */
export const events = table({
  name: 'events',
  place: { tenant: text() },
  columns: { id: key(id()), type: literal(notedEventTypes), atMs: count(), data: json() },
});
