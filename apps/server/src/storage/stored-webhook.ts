import { type EventType, eventTypes } from '../domain/event.ts';

/** The types of event that a webhook is told of, as they were stored, as JSON. */
export function parseEventNames(json: string): (EventType | '*')[] {
  const sent: unknown = JSON.parse(json);
  const names: readonly unknown[] = Array.isArray(sent) ? sent : [];
  return names.flatMap((name) => ['*' as const, ...eventTypes].filter((type) => type === name));
}
