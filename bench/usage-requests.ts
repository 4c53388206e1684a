import { randomUUID } from 'node:crypto';
import { postRequest } from './http-load.ts';

const accounts = 50;

/** Requests that record usage on 50 accounts in turn, each with a key. */
export class UsageRequests {
  #sent = 0;
  // Serialized once: time that the generator spends on each request is lost to the server.
  readonly #requests = Array.from({ length: accounts }, (_, account) => {
    const body = JSON.stringify({ agent: `agent-${account}`, serviceId: 'search', requests: 3 });
    const [head = '', tail = ''] = postRequest('/api/v1/usage', body, ['Idempotency-Key: KEY']).split('KEY');
    return { head, tail };
  });

  next(key: string): string {
    this.#sent += 1;
    const request = this.#requests[this.#sent % accounts];
    if (request === undefined) throw new Error('an account has no request');
    return request.head + key + request.tail;
  }
}

/** A UUIDv7 with the current time. */
export function uuidV7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
