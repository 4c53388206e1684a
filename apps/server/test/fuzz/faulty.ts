import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { onEnd } from '../harness/on-end.ts';

/**
 * A fault planted between the fuzzer and a correct server. Each function gets complete messages, because the fuzzer
 * ends each connection.
 */
export interface PlantedFault {
  /** changes a request before the server gets it */
  readonly request?: (request: string) => string;
  /** changes an answer before the fuzzer gets it; `url` is that of the correct server */
  readonly answer?: (answer: string, request: string, url: string) => string | Promise<string>;
}

/** Puts a fault in front of a server, and returns the URL of both together. Texts are sent as latin1. */
export async function faultyServer(t: TestContext, url: string, fault: PlantedFault): Promise<string> {
  const { hostname, port } = new URL(url);
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const sound = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const pieces: Buffer[] = [];
    let request = '';
    const breakOff = () => {
      client.destroy();
      sound.destroy();
    };
    for (const socket of [client, sound]) socket.on('error', breakOff);
    client.on('close', () => sound.destroy());
    client.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      request += text;
      sound.write(Buffer.from(fault.request?.(text) ?? text, 'latin1'));
    });
    client.on('end', () => sound.end());
    sound.on('data', (bytes: Buffer) => pieces.push(bytes));
    sound.on('end', () => {
      const answer = Buffer.concat(pieces).toString('latin1');
      Promise.resolve(fault.answer?.(answer, request, url) ?? answer)
        .then((changed) => client.end(Buffer.from(changed, 'latin1')))
        .catch(breakOff);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onEnd(t, () => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the faulty server has no port');
  return `http://127.0.0.1:${address.port}`;
}

/** The status of an answer. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

/** An answer with another status. */
export function withStatus(answer: string, status: number): string {
  return answer.replace(/^HTTP\/1\.1 \d{3} [^\r]*/, `HTTP/1.1 ${status} Planted`);
}

/** An answer with another body and its length. */
export function withAnswerBody(answer: string, change: (body: string) => string): string {
  const at = answer.indexOf('\r\n\r\n') + 4;
  const body = change(answer.slice(at));
  return answer.slice(0, at).replace(/content-length: \d+/i, `content-length: ${body.length}`) + body;
}
