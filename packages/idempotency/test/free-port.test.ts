import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePort } from './harness/free-port.ts';

const rangeFile = '/proc/sys/net/ipv4/ip_local_port_range';

test('a port that a test chose is free, and the system gives it to no other server', async (t) => {
  if (!existsSync(rangeFile)) return t.skip('only Linux says which ports it gives');
  const [first = Number.NaN, last = Number.NaN] = readFileSync(rangeFile, 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  for (let round = 0; round < 20; round++) {
    const port = await freePort();
    assert.ok(port < first || port > last, `${port} is one of ${first} to ${last}`);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  }
});
