import { evaluate, type RedisConnection, type ScriptInput } from './connection.ts';

/** How the REST API of a database is reached. */
export interface UpstashAccess {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly fetch: typeof globalThis.fetch;
}

/** A command is JSON, which holds no bytes: they are written as text, after a mark with which no text begins. */
const bytesMark = '\u0000base64:';

/** Sends each command as one HTTP request to Upstash, or to what speaks its REST API. */
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

/** How many bytes of a request a value takes, at least. */
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
      // Otherwise bytes that are no UTF-8 would come back as something else.
      'upstash-encoding': 'base64',
    },
    body: JSON.stringify(command),
    // The token goes to this address and to no other. Workers have no 'error' here.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  const { error, result } = parseReply(text, response);
  // A code such as NOSCRIPT or OOM is its first word.
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
    // Below.
  }
  throw new Error(`Upstash answered with status ${status} and no reply of its REST API`);
}

function textOf(value: string | Buffer): string {
  // Half a surrogate pair is no text to every reader of JSON.
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
