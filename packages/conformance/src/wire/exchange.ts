import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import { bytesOf, type Call } from './call.ts';
import { WireConnection } from './connection.ts';

/** How a client behaves on the wire. */
export type Manner =
  | { readonly kind: 'whole' }
  /** sends the body in pieces, and reads the answer late */
  | { readonly kind: 'slow'; readonly pieces: number; readonly pauseMs: number }
  /** closes its side after the request, and waits for the answer */
  | { readonly kind: 'half-close' }
  /** leaves some time after the request was sent */
  | { readonly kind: 'hang-up'; readonly by: 'close' | 'reset'; readonly afterMs: number }
  /** resets the connection when the answer begins */
  | { readonly kind: 'hang-up-in-answer' }
  /** announces a whole body, sends half of it and closes */
  | { readonly kind: 'half-body' };

/** The end of an exchange, for the client. */
export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** the client left, according to its manner */
  | { readonly kind: 'left' }
  | { readonly kind: 'broken'; readonly reason: string };

export const whole: Manner = { kind: 'whole' };

/** Sends a call on a separate connection. Never rejects: a broken connection is an outcome. */
export async function exchange(
  call: Call,
  manner: Manner,
  { timeoutMs, userAgent }: { readonly timeoutMs: number; readonly userAgent: string },
): Promise<Outcome> {
  let connection: WireConnection;
  try {
    connection = await WireConnection.open(call.origin, timeoutMs);
  } catch (error) {
    return { kind: 'broken', reason: `no connection to ${call.origin.host} (${messageOf(error)})` };
  }
  try {
    return await converse(connection, bytesOf(call, userAgent), manner, performance.now() + timeoutMs);
  } catch (error) {
    return { kind: 'broken', reason: messageOf(error) };
  } finally {
    connection.close();
  }
}

async function converse(
  connection: WireConnection,
  { head, body }: { readonly head: Buffer; readonly body: Buffer },
  manner: Manner,
  deadlineMs: number,
): Promise<Outcome> {
  switch (manner.kind) {
    case 'whole':
      await connection.write(Buffer.concat([head, body]));
      return answered(await connection.answer(deadlineMs));
    case 'slow':
      await writeSlowly(connection, head, body, manner);
      return answered(await connection.answer(deadlineMs));
    case 'half-close':
      await connection.write(Buffer.concat([head, body]));
      connection.halfClose();
      return answered(await connection.answer(deadlineMs));
    case 'hang-up':
      await connection.write(Buffer.concat([head, body]));
      await sleep(manner.afterMs);
      if (manner.by === 'reset') connection.reset();
      else connection.close();
      return { kind: 'left' };
    case 'hang-up-in-answer':
      await connection.write(Buffer.concat([head, body]));
      await connection.firstBytes(deadlineMs);
      connection.reset();
      return { kind: 'left' };
    case 'half-body':
      await connection.write(Buffer.concat([head, body.subarray(0, Math.floor(body.length / 2))]));
      // The server must have read it before the end arrives.
      await sleep(20);
      connection.close();
      return { kind: 'left' };
  }
}

async function writeSlowly(
  connection: WireConnection,
  head: Buffer,
  body: Buffer,
  { pieces, pauseMs }: Extract<Manner, { readonly kind: 'slow' }>,
): Promise<void> {
  connection.pause();
  await connection.write(head);
  const step = Math.max(1, Math.ceil(body.length / pieces));
  for (let at = 0; at < body.length; at += step) {
    await sleep(pauseMs);
    await connection.write(body.subarray(at, at + step));
  }
  await sleep(pauseMs);
  connection.resume();
}

function answered(answer: Answer): Outcome {
  return { kind: 'answered', answer };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
