import { setTimeout as pause } from 'node:timers/promises';
import type { Api, ApiAnswer } from './api.ts';
import type { Random } from './seeded-random.ts';
import type { KeyedWrite } from './workload.ts';

/** Statuses after which a client sends the same request again under the same key. */
const retriedStatuses: ReadonlySet<number> = new Set([408, 429, 500, 503]);
const triesMax = 2_000;
const waitMaxMs = 100;

/**
 * Sends a write to the instances in turn until one gives a final answer, like a persistent client.
 *
 * @throws {Error} if no instance gives a final answer, or a 503 has no Retry-After
 */
export async function sendUntilAnswered(
  apis: () => readonly Api[],
  { key, path, body }: KeyedWrite,
  random: Random,
): Promise<ApiAnswer> {
  let last = 'nothing';
  for (let tries = 0; tries < triesMax; tries++) {
    const instances = apis();
    const api = instances.length === 0 ? undefined : random.pick(instances);
    try {
      const answer = await api?.post(path, body, key);
      if (answer !== undefined && !retriedStatuses.has(answer.status)) return answer;
      if (answer?.status === 500) throw new Error(`${key}: ${answer.text}`);
      if (answer?.status === 503 && answer.headers.get('retry-after') === null) {
        throw new Error(`${key}: a 503 without Retry-After: ${answer.text}`);
      }
      last = answer?.text ?? 'no instance';
    } catch (error) {
      if (error instanceof Error && error.message.startsWith(key)) throw error;
      last = String(error);
    }
    await pause(random.below(waitMaxMs));
  }
  throw new Error(`${key} was not answered in ${triesMax} tries: ${last}`);
}
