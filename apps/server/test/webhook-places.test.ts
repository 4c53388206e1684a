// Law L2 for deliveries: an attempt ends within its time with the right outcome, no matter what its receiver does.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { dnsResolve } from '../src/webhooks/resolve.ts';
import { httpSender } from '../src/webhooks/sender.ts';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { onEnd } from './harness/on-end.ts';
import { startRawReceiver } from './harness/raw-receiver.ts';
import { adminKey, apiOfTenant } from './harness/tenants.ts';

const environment = {
  ADMIN_API_KEY: adminKey,
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  WEBHOOK_TIMEOUT_MS: '60000',
};
const usage = { agent: 'a', serviceId: 's', requests: 1 };

type Behave = (socket: Socket, number: number) => void;

/** Calls a function once the head of a request has arrived. */
const onRequest =
  (then: (socket: Socket) => void): Behave =>
  (socket) => {
    socket.once('data', () => {
      socket.resume();
      then(socket);
    });
  };
const says = (text: string) => onRequest((socket) => socket.write(text));
/** Repeats some bytes as fast as they are accepted, until the connection is closed. */
const floods = (head: string, part: string) =>
  onRequest((socket) => {
    const parts = part.repeat(Math.ceil(16_384 / part.length));
    const more = () => {
      while (!socket.destroyed && socket.write(parts));
    };
    socket.on('drain', more);
    socket.write(head);
    more();
  });
/** Sends a few bytes repeatedly. */
const drips = (head: string, part: string) =>
  onRequest((socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(part), 100);
    socket.on('close', () => clearInterval(timer));
  });
const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const silent: Behave = (socket) => {
  socket.resume();
};

interface DeliveryRow {
  readonly name: string;
  readonly behave: Behave;
  readonly outcome: string;
  readonly status?: number;
  readonly protocol?: 'http' | 'https';
  /** whether only its deadline ends it */
  readonly isAtDeadline?: true;
}

const rows: readonly DeliveryRow[] = [
  { name: 'says nothing', behave: silent, outcome: 'timed_out', isAtDeadline: true },
  { name: 'closes at once', behave: (socket) => socket.destroy(), outcome: 'unreachable' },
  { name: 'closes at the request', behave: onRequest((s) => s.destroy()), outcome: 'unreachable' },
  { name: 'half-closes without an answer', behave: onRequest((s) => s.end()), outcome: 'unreachable' },
  { name: 'changes the protocol', behave: says(upgrade), outcome: 'refused', status: 101 },
  {
    name: 'changes the protocol and closes',
    behave: onRequest((s) => s.end(upgrade)),
    outcome: 'refused',
    status: 101,
  },
  {
    name: 'answers 101 without an upgrade',
    behave: says('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    outcome: 'refused',
    status: 101,
  },
  {
    name: 'accepts an upgrade that nothing asked for in a 200',
    behave: says('HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'),
    outcome: 'delivered',
    isAtDeadline: true,
    status: 200,
  },
  {
    name: 'opens a tunnel as for CONNECT',
    behave: says('HTTP/1.1 200 Connection established\r\n\r\n'),
    outcome: 'delivered',
    isAtDeadline: true,
    status: 200,
  },
  {
    name: 'sends informational answers without end',
    behave: floods('', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
    outcome: 'refused',
    status: 103,
  },
  {
    name: 'drips informational answers',
    behave: drips('', 'HTTP/1.1 100 Continue\r\n\r\n'),
    outcome: 'timed_out',
    isAtDeadline: true,
  },
  {
    name: 'sends headers without end',
    behave: floods('HTTP/1.1 200 OK\r\n', 'a: b\r\n'),
    outcome: 'unreachable',
  },
  {
    name: 'drips headers',
    behave: drips('HTTP/1.1 200 OK\r\n', 'a: b\r\n'),
    outcome: 'timed_out',
    isAtDeadline: true,
  },
  {
    name: 'sends a body without end',
    behave: floods('HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(1_024)),
    outcome: 'delivered',
    status: 200,
  },
  {
    name: 'drips a body',
    behave: drips('HTTP/1.1 202 Accepted\r\n\r\n', 'x'),
    outcome: 'delivered',
    isAtDeadline: true,
    status: 202,
  },
  {
    name: 'drips the body of a refusal',
    behave: drips('HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'),
    outcome: 'refused',
    isAtDeadline: true,
    status: 500,
  },
  {
    name: 'sends each byte of its body as a chunk',
    behave: floods('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'),
    outcome: 'delivered',
    status: 200,
  },
  {
    name: 'breaks its body off',
    behave: onRequest((s) => s.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx')),
    outcome: 'delivered',
    status: 200,
  },
  {
    name: 'breaks the body of a 410 off',
    behave: onRequest((s) => s.end('HTTP/1.1 410 Gone\r\nContent-Length: 100\r\n\r\nx')),
    outcome: 'gone',
    status: 410,
  },
  { name: 'does not speak HTTP', behave: says('SSH-2.0-OpenSSH_9.9\r\n'), outcome: 'unreachable' },
  {
    name: 'never ends its TLS handshake',
    behave: silent,
    outcome: 'timed_out',
    isAtDeadline: true,
    protocol: 'https',
  },
  {
    name: 'breaks its TLS handshake off',
    behave: onRequest((s) => s.destroy()),
    outcome: 'unreachable',
    protocol: 'https',
  },
];

for (const [when, isAtDeadline, timeoutMs] of [
  ['at once', false, '60000'],
  ['at its deadline', true, '1000'],
] as const) {
  test(`an attempt that its receiver does not complete ends ${when}, with its outcome and its connection`, {
    timeout: 60_000,
  }, async (t) => {
    const { api, app } = await startInProcess(t, { ...environment, WEBHOOK_TIMEOUT_MS: timeoutMs });
    const hooked = [];
    for (const [index, row] of rows.filter((one) => (one.isAtDeadline ?? false) === isAtDeadline).entries()) {
      hooked.push({ ...row, ...(await hook(t, await apiOfTenant(api, `row-${index}`), row)) });
    }
    // Resolves when every place has been released.
    assert.equal(await app.outbox.runOnce(), hooked.length);
    for (const { name, outcome, status = null, tenant, id, receiver } of hooked) {
      const listed = await tenant.get(`/webhooks/${id}/deliveries`);
      const { lastAttempt } = listed.json.items[0];
      assert.deepEqual([lastAttempt?.outcome, lastAttempt?.status], [outcome, status], name);
      assert.equal(receiver.connections(), 1, name);
      await receiver.allClosed();
    }
  });
}

/** A webhook to the receiver of a case, with one pending delivery. */
async function hook(t: TestContext, tenant: Api, { behave, protocol = 'http' }: DeliveryRow) {
  const receiver = await startRawReceiver(t, behave);
  const url = `${protocol}://127.0.0.1:${receiver.port}/hook`;
  const made = await tenant.post('/webhooks', { url, events: ['*'] });
  assert.equal((await tenant.post('/usage', usage)).status, 201);
  return { tenant, receiver, id: String(made.json.id) };
}

test('receivers that answer 101 leave all places to others', { timeout: 60_000 }, async (t) => {
  const { api, app } = await startInProcess(t, environment);
  const hostile = await startRawReceiver(t, says(upgrade));
  const honest = await startRawReceiver(t, says('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
  for (let index = 0; index < 5; index++) {
    const tenant = await apiOfTenant(api, `hostile-${index}`);
    for (let made = 0; made < 16; made++) {
      await tenant.post('/webhooks', { url: `http://127.0.0.1:${hostile.port}/${made}`, events: ['*'] });
    }
    await tenant.post('/usage', usage);
  }
  // As many rounds as the hostile webhooks would need if there were no other webhook.
  while (hostile.connections() < 5 * 16) await app.outbox.runOnce();
  const tenant = await apiOfTenant(api, 'honest');
  await tenant.post('/webhooks', { url: `http://127.0.0.1:${honest.port}/hook`, events: ['*'] });
  await tenant.post('/usage', usage);
  assert.equal(await app.outbox.runOnce(), 1);
  assert.equal(honest.connections(), 1);
});

test('a connection that dies while idle costs its message no attempt', {
  timeout: 60_000,
}, async (t) => {
  const receiver = await startRawReceiver(t, (socket) => {
    let requests = 0;
    socket.on('data', () => {
      requests += 1;
      // Like a server whose keep-alive time ends at this moment.
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      else socket.destroy();
    });
  });
  const sender = httpSender({ timeoutMs: 5_000, targets: { allowsHttp: true, allowsPrivate: true } });
  onEnd(t, () => sender.close());
  const message = {
    url: `http://127.0.0.1:${receiver.port}/hook`,
    headers: {},
    body: '{}',
    challenge: undefined,
  };
  const { signal } = new AbortController();
  assert.equal((await sender.send(message, signal)).outcome, 'delivered');
  assert.equal((await sender.send(message, signal)).outcome, 'delivered');
  assert.equal(receiver.connections(), 2);
});

test('a name that is never resolved holds its place no longer than a receiver', {
  timeout: 60_000,
}, async (t) => {
  const server = createSocket('udp4');
  await new Promise<void>((resolve) => {
    server.bind(0, '127.0.0.1', resolve);
  });
  onEnd(t, () => {
    server.close();
  });
  const resolve = dnsResolve([`127.0.0.1:${server.address().port}`]);
  const sender = httpSender({ timeoutMs: 200, targets: { allowsHttp: true, allowsPrivate: false }, resolve });
  onEnd(t, () => sender.close());
  const message = { url: 'https://never.example/hook', headers: {}, body: '{}', challenge: undefined };
  const { signal } = new AbortController();
  const sent = await Promise.all(Array.from({ length: 70 }, () => sender.send(message, signal)));
  assert.deepEqual(new Set(sent.map(({ outcome }) => outcome)), new Set(['timed_out']));
});

test('a stop does not wait for receivers', { timeout: 30_000 }, async (t) => {
  const { api, app } = await startInProcess(t, environment);
  const hooked = [];
  for (const [index, row] of rows.filter((one) => one.isAtDeadline).entries()) {
    hooked.push(await hook(t, await apiOfTenant(api, `row-${index}`), row));
  }
  const running = app.outbox.runOnce();
  while (hooked.some(({ receiver }) => receiver.connections() === 0)) await new Promise(setImmediate);
  await app.close();
  await running;
  for (const { receiver } of hooked) await receiver.allClosed();
});
