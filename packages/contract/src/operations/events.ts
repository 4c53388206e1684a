import type { OperationSpec } from '../operation-spec.ts';
import { EventFilter, EventList, EventSummary, EventSummaryFilter } from '../schemas/events.ts';

/** The events of a tenant. */
export const eventsOperations = {
  listEvents: {
    method: 'GET',
    path: '/api/v1/events',
    summary: 'Events, in the order in which they happened',
    description:
      'Lists the events of the tenant. With `order=asc` a client can follow them: `nextCursor` is always present.',
    access: 'tenant',
    query: EventFilter,
    successes: { 200: { description: 'A page.', schema: EventList } },
    errors: ['overloaded'],
  },
  summarizeEvents: {
    method: 'GET',
    path: '/api/v1/events/summary',
    summary: 'The number of events of each type since `since`, or in the last 24 hours',
    description: 'Counts events by type.',
    access: 'tenant',
    query: EventSummaryFilter,
    successes: { 200: { description: 'Counts.', schema: EventSummary } },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;
