import { connect } from 'node:net';
import type { Client } from 'pg';

/** https://www.postgresql.org/docs/current/protocol-message-formats.html, CancelRequest */
const cancelCode = 80_877_102;
const messageBytes = 16;
const withinMs = 5_000;

/**
 * Asks a server to end the statement that a connection is running, over another connection, as the protocol has it. There is no
 * answer. A pooler accepts the request too, and forwards it.
 */
export function cancelRequest(client: Client): void {
  const [processId, secretKey] = [numberOf(client, 'processID'), numberOf(client, 'secretKey')];
  if (processId === undefined || secretKey === undefined) return;
  const message = Buffer.alloc(messageBytes);
  message.writeInt32BE(messageBytes, 0);
  message.writeInt32BE(cancelCode, 4);
  message.writeInt32BE(processId, 8);
  message.writeInt32BE(secretKey, 12);
  const { host, port } = client;
  const socket = host.startsWith('/')
    ? connect({ path: `${host}/.s.PGSQL.${port}` })
    : connect({ host, port, timeout: withinMs });
  socket.on('error', () => undefined);
  socket.on('timeout', () => socket.destroy());
  // The server closes it.
  socket.end(message);
}

function numberOf(client: Client, name: string): number | undefined {
  const value: unknown = Reflect.get(client, name);
  return typeof value === 'number' ? value : undefined;
}
