import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { onAgents } from '../hostile-client.ts';
import { type Pattern, scaled, type Target } from '../pattern.ts';

/** A receiver of webhooks that answers each connection with these bytes, and never closes it. */
async function attackFrom(bytes: string, target: Target, signal: AbortSignal): Promise<void> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(bytes));
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the receiver has no port');
  const headers = { 'x-api-key': target.apiKey, 'content-type': 'application/json' };
  for (let hook = 0; hook < scaled(target, 16); hook++) {
    const body = JSON.stringify({ url: `http://127.0.0.1:${address.port}/${randomUUID()}`, events: ['*'] });
    await fetch(`${target.url}/api/v1/webhooks`, { method: 'POST', headers, body, signal }).catch(
      () => undefined,
    );
  }
  const usage = JSON.stringify({ agent: 'hooked', serviceId: 'hooked', requests: 1 });
  await onAgents(target, signal, 1, '/api/v1/usage', () => ({ method: 'POST', headers, body: usage }));
  server.close();
  for (const socket of open) socket.destroy();
}

export const upgradingReceivers: Pattern = {
  name: '2 webhooks answered 101',
  attack: (target, signal) =>
    attackFrom(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
      target,
      signal,
    ),
};

export const tarpits: Pattern = {
  name: '3 webhooks into a tarpit',
  attack: (target, signal) =>
    attackFrom('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n.', target, signal),
};
