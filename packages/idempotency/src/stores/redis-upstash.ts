import { InvalidOptionsError } from '../core/invalid-options.ts';
import type { Completion, IdempotencyStore, Slot } from '../core/store.ts';
import { RecordsInRedis } from './redis/records.ts';
import { bytesOnTheWire, upstashConnection } from './redis/upstash.ts';

/** Where an Upstash store keeps its records. */
export interface UpstashStoreOptions {
  /** the REST URL of the database, `https://….upstash.io` */
  readonly url: string;
  /** the REST token of the database; not the read-only one */
  readonly token: string;
  /** the prefix of every key of the store, without braces; `idempotency:` */
  readonly prefix?: string;
  /** how long a request to the database may take, in milliseconds; less than `storeTimeoutMs`; 1.5 s */
  readonly timeoutMs?: number;
  /** the `fetch` to use; by default that of the runtime */
  readonly fetch?: typeof globalThis.fetch;
  /** milliseconds since the epoch, for tests; the clock of the server */
  readonly nowMs?: () => number;
}

const timeoutMsMax = 600_000;
/** A request of 10 MB is refused. A larger answer than this is stored as a tombstone. */
const answerAndLocationBytesMax = 9_500_000;

/**
 * A store in Upstash Redis over HTTPS, for runtimes that cannot open sockets; or in another Redis that is reached
 * through a server with the same REST API. Records and promises are those of `redisStore`, and a fail-over loses the
 * same records.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 */
export function upstashStore(options: UpstashStoreOptions): IdempotencyStore {
  const { url, token, prefix = 'idempotency:', timeoutMs = 1500, fetch = globalThis.fetch, nowMs } = options;
  const faults: string[] = [];
  if (!isHttpUrl(url)) faults.push('url must be an https or http URL without a user, a query or a fragment');
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    faults.push('token must be a non-empty text without spaces');
  }
  if (typeof prefix !== 'string' || /[{}]/.test(prefix)) faults.push('prefix must be a text without braces');
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > timeoutMsMax) {
    faults.push(`timeoutMs must be a whole number from 1 to ${timeoutMsMax}`);
  }
  if (typeof fetch !== 'function') faults.push('fetch must be a function');
  if (nowMs !== undefined && typeof nowMs !== 'function') faults.push('nowMs must be a function');
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  // The fetch of some runtimes throws when it is called as a method of another object.
  const send: typeof fetch = (input, init) => fetch(input, init);
  return new RecordsInUpstash(upstashConnection({ url, token, timeoutMs, fetch: send }), prefix, nowMs);
}

class RecordsInUpstash extends RecordsInRedis {
  override complete(slot: Slot, fencingToken: number, completion: Completion): Promise<boolean> {
    const { answer = '', location = '' } = completion;
    const isTooLarge = bytesOnTheWire(answer) + bytesOnTheWire(location) > answerAndLocationBytesMax;
    return super.complete(slot, fencingToken, isTooLarge ? { ...completion, answer: undefined } : completion);
  }
}

function isHttpUrl(url: unknown): boolean {
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return false;
  return parsed.username + parsed.password + parsed.search + parsed.hash === '';
}
