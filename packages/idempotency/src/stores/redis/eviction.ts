import { warnLoudly } from '../../core/warning.ts';
import { textOf } from './replies.ts';
import { newScript, type RedisScript } from './scripts.ts';

/** What a store does on a server that may evict keys: refuse every claim, warn once, or not check. */
export type OnEviction = 'refuse' | 'warn' | 'ignore';

export const onEvictionChoices: readonly OnEviction[] = ['refuse', 'warn', 'ignore'];

// A script runs on the server of its key, also in a cluster, and may call INFO; many servers forbid CONFIG.
const evictionScript = newScript(`
local info = redis.pcall('INFO', 'memory')
if type(info) ~= 'string' then
  return {'', ''}
end
return {string.match(info, 'maxmemory:(%d+)') or '', string.match(info, 'maxmemory_policy:([%w-]+)') or ''}
`);

/** Checks at first use whether a server may evict keys. */
export class EvictionCheck {
  readonly #onEviction: OnEviction;
  readonly #run: (script: RedisScript) => Promise<unknown>;
  #checked: Promise<void> | undefined;
  #hasWarned = false;

  /** @param run runs a script on the server to check */
  constructor(onEviction: OnEviction, run: (script: RedisScript) => Promise<unknown>) {
    this.#onEviction = onEviction;
    this.#run = run;
  }

  /** @throws {Error} if the server may evict keys and must be refused; the next call checks it again */
  async demand(): Promise<void> {
    if (this.#onEviction === 'ignore') return;
    this.#checked ??= this.#check();
    try {
      await this.#checked;
    } catch (error) {
      this.#checked = undefined;
      throw error;
    }
  }

  async #check(): Promise<void> {
    const reply = await this.#run(evictionScript);
    const [limit = '', policy = ''] = Array.isArray(reply) ? reply.map(textOf) : [];
    // Without a memory limit nothing is evicted. A server that does not report its policy is most likely not a plain
    // Redis.
    if (limit === '0' || policy === '' || policy === 'noeviction') return;
    if (!this.#hasWarned) warnLoudly('evicting_server');
    this.#hasWarned = true;
    if (this.#onEviction === 'warn') return;
    throw new Error(
      `the Redis server evicts keys when it is full (maxmemory-policy ${policy}), and an evicted key would be executed again. ` +
        "Set maxmemory-policy noeviction, or give redisStore onEviction: 'warn'",
    );
  }
}
