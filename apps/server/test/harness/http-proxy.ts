import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { onEnd } from './on-end.ts';

/**
 * A reverse proxy that adds the address of its peer to `X-Forwarded-For`, as nginx with `$proxy_add_x_forwarded_for`, Caddy
 * and load balancers do. It listens and sends from an own loopback address, so that hops can be told apart.
 */
export async function startProxy(t: TestContext, address: string, target: string): Promise<string> {
  const { hostname, port } = new URL(target);
  const proxy = createServer((incoming, outgoing) => {
    const before = incoming.headers['x-forwarded-for'];
    const peer = incoming.socket.remoteAddress ?? '';
    const headers = {
      ...incoming.headers,
      'x-forwarded-for': before === undefined ? peer : `${String(before)}, ${peer}`,
    };
    const { method, url } = incoming;
    const forwarded = send(
      { hostname, port, method, path: url, headers, localAddress: address },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  proxy.listen(0, address);
  await once(proxy, 'listening');
  onEnd(t, () => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const { port: own }: AddressInfo = parseAddress(proxy.address());
  return `http://${address}:${own}`;
}

function parseAddress(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
  return address;
}
