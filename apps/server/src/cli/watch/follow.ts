import { setTimeout as sleep } from 'node:timers/promises';
import type { Billonce, EventList, ListEventsQuery } from '@billonce/client';
import { isCallError } from '../remote/call-server.ts';

export type Event = EventList['items'][number];

/** What to follow. */
export interface FollowWish {
  readonly since: string | undefined;
  readonly type: string | undefined;
  readonly everyMs: number;
}

/** Called when the server cannot be reached, and when it answers again. */
export interface FollowNotice {
  away(error: Error): void;
  back(): void;
}

const pageItems = 1_000;
const awayMsMax = 10_000;
/** A stopped server is noticed within this time. */
const deadlineMs = 30_000;

/**
 * The events of a tenant as they happen, each once, until the signal. The place in the list is kept while the server
 * cannot be reached.
 *
 * @throws {BillonceError} if the server refuses, or never answered
 */
export async function* follow(
  client: Billonce,
  { since, type, everyMs }: FollowWish,
  signal: AbortSignal,
  notice: FollowNotice,
): AsyncGenerator<Event, void, undefined> {
  const first: ListEventsQuery =
    since === undefined ? { limit: 1 } : { order: 'asc', since, limit: pageItems };
  const ofType = type === undefined ? {} : { type };
  let cursor: string | undefined;
  for (let failures = 0; !signal.aborted; ) {
    const query = cursor === undefined ? { ...first, ...ofType } : { cursor, limit: pageItems, ...ofType };
    let page: EventList;
    try {
      page = await client.call('listEvents', { query }, { signal, deadlineMs });
    } catch (error) {
      if (signal.aborted) return;
      if (!isCallError(error) || error.retry !== 'same_request') throw error;
      // If the server has never answered, the address may be wrong.
      if (cursor === undefined && error.status === undefined) throw error;
      failures += 1;
      if (failures === 1) notice.away(error);
      await paused(Math.min(everyMs * 2 ** failures, awayMsMax), signal);
      continue;
    }
    if (failures > 0) notice.back();
    failures = 0;
    // A list that begins now has what happened before.
    if (cursor !== undefined || since !== undefined) yield* page.items;
    cursor = page.followCursor ?? page.nextCursor ?? cursor;
    if (!page.hasMore || page.followCursor !== undefined) await paused(everyMs, signal);
  }
}

async function paused(ms: number, signal: AbortSignal): Promise<void> {
  // Only the signal ends it early.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
