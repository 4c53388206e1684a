import { InvalidOptionsError } from '../core/invalid-options.ts';
import { connectionOf, type RedisClient } from '../stores/redis/client.ts';
import { newScript } from '../stores/redis/scripts.ts';
import { type CellStore, demandCell } from './cell-store.ts';

/** How cells are kept in Redis. */
export interface RedisCellsOptions {
  /** a client of ioredis, or of the package `redis` from version 4 on; you connect and close it */
  readonly client: RedisClient;
  /** the prefix of the key of every cell; `idempotency:cell:` */
  readonly prefix?: string;
}

const readScript = newScript(`
return redis.call('HMGET', KEYS[1], 'value', 'version')
`);

/** ARGV: the version to replace, the new one, `set` or `delete`, the value, keepUntilMs; empty if there is none. */
const writeScript = newScript(`
local version = redis.call('HGET', KEYS[1], 'version') or ''
-- A driver that lost its connection sends its commands again: the same write has been done.
if version == ARGV[2] then
  return 1
end
if version ~= ARGV[1] then
  return 0
end
if ARGV[3] == 'delete' then
  redis.call('DEL', KEYS[1])
  return 1
end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'value', ARGV[4])
if ARGV[5] == '' then
  redis.call('PERSIST', KEYS[1])
else
  redis.call('PEXPIREAT', KEYS[1], ARGV[5])
end
return 1
`);

/**
 * Cells in Redis (7 or later) or Valkey, for any number of instances. The notes of the [Redis store](redis.ts) on
 * eviction, persistence and fail-over are even more important here, because a forgotten cell may be a payment: run it
 * with `noeviction` and `appendfsync always`, or use a database.
 *
 * @throws {InvalidOptionsError} listing every mistake in the options
 */
export function redisCells({ client, prefix = 'idempotency:cell:' }: RedisCellsOptions): CellStore {
  if (typeof prefix !== 'string') throw new InvalidOptionsError(['prefix must be a text']);
  const connection = connectionOf(client);
  return {
    async read(name) {
      const reply = await connection.run(readScript, { keys: [prefix + name], values: [] });
      const [value, version] = Array.isArray(reply) ? reply : [];
      return version === null || version === undefined
        ? undefined
        : { value: String(value), version: String(version) };
    },
    async write(name, version, value, keepUntilMs) {
      demandCell(name, value);
      const op = value === undefined ? 'delete' : 'set';
      const keep = keepUntilMs === undefined ? '' : String(Math.ceil(keepUntilMs));
      const values = [version ?? '', crypto.randomUUID(), op, value ?? '', keep];
      return Number(await connection.run(writeScript, { keys: [prefix + name], values })) === 1;
    },
  };
}
