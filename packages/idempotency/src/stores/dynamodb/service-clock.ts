import type { DynamodbClient } from './client.ts';

/** The header `Date` has no fractions: the service's time was this, or up to a second more. */
const resolutionMs = 1000;

/**
 * The clock of the service, as its responses tell it. Conditions of DynamoDB know no time, and the clocks of the instances
 * may be wrong; in between, the time since then is measured by a clock that no one sets.
 */
class ServiceClock {
  /** what is added to `performance.now()` */
  #offsetMs: number | undefined;

  nowMs(): number | undefined {
    return this.#offsetMs === undefined ? undefined : Math.floor(performance.now() + this.#offsetMs);
  }

  /** Keeps the offset within what a response allows for; many of them make it exact to their time on the way. */
  note(dateMs: number, sentAtMs: number, receivedAtMs: number): void {
    const least = dateMs - receivedAtMs;
    const most = dateMs + resolutionMs - sentAtMs;
    this.#offsetMs = Math.min(Math.max(this.#offsetMs ?? least, least), most);
  }
}

/** One for each client: several stores may share it. */
const clocks = new WeakMap<DynamodbClient, ServiceClock>();

/** The clock of the service that a client speaks to; undefined until it has answered once. */
export function serviceClockOf(client: DynamodbClient): () => number | undefined {
  const clock = clocks.get(client) ?? listen(client);
  clocks.set(client, clock);
  return () => clock.nowMs();
}

function listen(client: DynamodbClient): ServiceClock {
  const clock = new ServiceClock();
  client.middlewareStack.add(
    (next) => async (input) => {
      const sentAtMs = performance.now();
      const result = await next(input);
      const dateMs = dateOf(result);
      if (!Number.isNaN(dateMs)) clock.note(dateMs, sentAtMs, performance.now());
      return result;
    },
    { step: 'deserialize', name: 'idempotencyServiceClock', override: true },
  );
  return clock;
}

function dateOf(result: object): number {
  const response: unknown = Reflect.get(result, 'response');
  const headers: unknown = Reflect.get(Object(response), 'headers');
  return Date.parse(String(Reflect.get(Object(headers), 'date')));
}
