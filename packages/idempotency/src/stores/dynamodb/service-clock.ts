import type { DynamodbClient } from './client.ts';

/** The header `Date` has no fractions: the service's time was this, or up to one second later. */
const resolutionMs = 1000;

/**
 * The clock of the service, taken from its responses. DynamoDB's conditions have no access to the time, and the clocks
 * of the instances may be wrong. Between responses, the time is measured with a monotonic clock.
 */
class ServiceClock {
  /** added to `performance.now()` to get the time */
  #offsetMs: number | undefined;

  nowMs(): number | undefined {
    return this.#offsetMs === undefined ? undefined : Math.floor(performance.now() + this.#offsetMs);
  }

  /**
   * Keeps the offset within the bounds that a response allows; after many responses it is accurate to their travel
   * time.
   */
  note(dateMs: number, sentAtMs: number, receivedAtMs: number): void {
    const least = dateMs - receivedAtMs;
    const most = dateMs + resolutionMs - sentAtMs;
    this.#offsetMs = Math.min(Math.max(this.#offsetMs ?? least, least), most);
  }
}

/** One clock for each client: several stores may share a client. */
const clocks = new WeakMap<DynamodbClient, ServiceClock>();

/** The clock of the service that a client speaks to; undefined until the service has answered once. */
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
