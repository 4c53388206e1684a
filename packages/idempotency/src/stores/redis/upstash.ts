import { evaluate, type RedisConnection, type ScriptInput } from './connection.ts';

/** How to reach the REST API of a database. */
export interface UpstashAccess {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
}

/** A command is JSON, which cannot hold bytes: they are written as text, after a mark that no text begins with. */
const bytesMark = '\u0000base64:';

/** Sends each command as one HTTP request to Upstash, or to a server with the same REST API. */
export function upstashConnection(access: UpstashAccess): RedisConnection {
  const send = async (name: string, script: string, { keys, values }: ScriptInput) =>
    await sendCommand(access, [name, script, String(keys.length), ...keys, ...values.map(textOf)]);
  return {
    isCluster: false,
    run(script, input) {
      return evaluate(
        () => send('EVALSHA', script.sha1, input),
        () => send('EVAL', script.source, input),
      );
    },
  };
}

/** The least number of bytes that a value takes in a request. */
export function bytesOnTheWire(value: string | Uint8Array): number {
  return typeof value === 'string' ? Buffer.byteLength(value) : Math.ceil(value.byteLength / 3) * 4;
}

async function sendCommand(
  { url, token, timeoutMs, fetch }: UpstashAccess,
  command: readonly string[],
): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      // Otherwise bytes that are not UTF-8 would come back changed.
      'upstash-encoding': 'base64',
    },
    body: JSON.stringify(command),
    // The token is sent to this address only. Workers do not support 'error' here.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  const { error, result } = parseReply(text, response);
  // A code such as NOSCRIPT or OOM is the first word of the message.
  if (error !== undefined) throw new Error(String(error));
  return decoded(result);
}

function parseReply(
  text: string,
  { status, ok }: Response,
): { readonly error?: unknown; readonly result?: unknown } {
  try {
    const reply: unknown = JSON.parse(text);
    if (typeof reply === 'object' && reply !== null) {
      if ('error' in reply || (ok && 'result' in reply)) return reply;
    }
  } catch {
    // The error below reports it.
  }
  throw new Error(`Upstash answered with status ${status} and no reply of its REST API`);
}

function textOf(value: string | Buffer): string {
  // Not every reader of JSON accepts half a surrogate pair.
  if (typeof value === 'string' && value.isWellFormed() && !value.startsWith(bytesMark)) return value;
  return bytesMark + Buffer.from(value).toString('base64');
}

function decoded(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(decoded);
  if (typeof result !== 'string') return result;
  const bytes = Buffer.from(result, 'base64');
  if (!bytes.subarray(0, bytesMark.length).equals(Buffer.from(bytesMark))) return bytes;
  return Buffer.from(bytes.toString('latin1', bytesMark.length), 'base64');
}
