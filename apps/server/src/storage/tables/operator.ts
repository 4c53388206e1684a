import { count, flag, named, only, optional, small, table, text } from '../table.ts';

/** The one row of the operator on PostgreSQL is in a table for all of this; SQLite has a table with one row for each. */
const ofOperator = { operator: only('postgres', named('tenant', text())) };
const oneRow = { only: only('sqlite', small()) };

/** Whether the server is paused. */
export const pause = table({
  name: { sqlite: 'pause', postgres: 'operator' },
  place: ofOperator,
  columns: {
    isPaused: flag(),
    sinceMs: named({ sqlite: 'since_ms', postgres: 'paused_since_ms' }, count()),
  },
  beside: oneRow,
});

/** What the operator has set while the server ran. */
export const settings = table({
  name: { sqlite: 'settings', postgres: 'operator' },
  place: ofOperator,
  columns: {
    bulkItemsMax: optional(small()),
    requestsPerWindowMax: optional(named('requests_per_minute_max', small())),
    rateWindowMs: optional(small()),
  },
  /** on PostgreSQL, what the sweep and the ids know about the clock is stored next to it */
  beside: {
    ...oneRow,
    idsAheadMs: only('postgres', count()),
    forgottenBeforeMs: only('postgres', count()),
    steadySinceMs: only('postgres', optional(count())),
    sweptAtMs: only('postgres', optional(count())),
  },
});
