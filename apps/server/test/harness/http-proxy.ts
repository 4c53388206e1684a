import { createServer, request as send } from 'node:http';
import type { TestContext } from 'node:test';
import { listen } from './listen.ts';

/**
 * A reverse proxy that adds the address of its peer to `X-Forwarded-For`, as nginx with `$proxy_add_x_forwarded_for`,
 * Caddy and load balancers do. It listens on and sends from a separate loopback address, so that hops can be
 * distinguished.
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
  return listen(t, proxy, address);
}
