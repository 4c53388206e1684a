// A proxy for a language model with prepaid callers: it reserves the worst case, streams, and captures the tokens that were used.
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { BillonceError, CaptureError, createBillonce } from '@billonce/client';
import { fileJournal } from '@billonce/idempotency/client/file-journal';
import { eventsOf } from './events.ts';
import { announce } from './listening.ts';
import { callForm, type ModelCall, parseCall, tokensIn, worstCaseOf } from './model-call.ts';

const { env } = process;
const providerUrl = env['PROVIDER_URL'] ?? 'http://127.0.0.1:8788';
const service = env['SERVICE'] ?? 'llm-tokens';
const expiresInMs = Number(env['HOLD_MS'] ?? 60_000);
const bodyBytesMax = 1_000_000;

const apiKey = env['BILLONCE_API_KEY'];
const billonce = createBillonce({
  url: env['BILLONCE_URL'] ?? 'http://127.0.0.1:3001',
  ...(apiKey === undefined ? {} : { apiKey }),
  deadlineMs: 10_000,
});
// Keeps the usage that cannot be captured while Billonce is unreachable, even if this process dies. It is billed later, once.
const journal = fileJournal({ path: env['JOURNAL'] ?? 'usage.journal' });
const recorder = billonce.recorder({
  journal,
  onRefused: (item, refusal) => console.error('not billed:', item, refusal),
});

/** The calls that are being answered, by their ids. */
const running = new Set<string>();

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
    return refuse(response, 404, 'not_found');
  // Replace this by your authentication.
  const agent = request.headers['x-agent'];
  if (typeof agent !== 'string')
    return refuse(response, 401, 'no_agent', 'name the agent in the header X-Agent');
  const bodyBytes = Number(request.headers['content-length']);
  if (!(bodyBytes <= bodyBytesMax)) return refuse(response, 413, 'body_too_large');
  const call = parseCall(await json(request).catch(() => undefined));
  if (call === undefined) return refuse(response, 400, 'invalid_call', callForm);
  const key = request.headers['idempotency-key'];
  const id = typeof key === 'string' ? callId(agent, key, call) : randomUUID();
  // Otherwise a caller could get many simultaneous answers for the price of one.
  if (running.has(id)) return refuse(response, 409, 'call_in_progress');
  running.add(id);
  try {
    await answer(agent, call, id, response);
    // Sent after the capture: a caller that receives it has a complete and paid answer.
    response.end('data: [DONE]\n\n');
  } catch (error) {
    if (response.headersSent) response.destroy();
    else refuse(response, ...refusalOf(error));
  } finally {
    running.delete(id);
  }
}

/** Answers a call under a hold. When it returns, the usage of the call is billed or in the journal. */
async function answer(agent: string, call: ModelCall, id: string, response: ServerResponse): Promise<void> {
  const left = new AbortController();
  response.once('close', () => left.abort());
  const hold = { agent, serviceId: service, requests: worstCaseOf(call), expiresInMs, id };
  try {
    const work = async () => ({ requests: await passOn(call, response, left.signal), result: undefined });
    await billonce.withHold(hold, work, { recorder, signal: left.signal });
    // Usage that could not be captured is durable in the journal before the caller sees the end.
    await recorder.saved();
  } catch (error) {
    // The caller already has the answer and need not know that it could not be billed in full.
    if (!(error instanceof CaptureError)) throw error;
    console.error('not billed in full:', error.message, error.cause);
  }
}

/** The same id for each retry of a call. It includes the body: otherwise different calls with one key would cost as much as one. */
function callId(agent: string, key: string, call: ModelCall): string {
  return createHash('sha256')
    .update(JSON.stringify([agent, key, call]))
    .digest('hex');
}

/** Streams the answer of the provider, and returns the tokens that it used. A caller that hangs up ends the stream, and pays for those. */
async function passOn(call: ModelCall, response: ServerResponse, left: AbortSignal): Promise<number> {
  const answered = await fetch(`${providerUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...call, stream: true, stream_options: { continuous_usage_stats: true } }),
    signal: left,
  });
  if (!answered.ok || answered.body === null) throw new Error(`the provider answered ${answered.status}`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let used = 0;
  try {
    for await (const event of eventsOf(answered.body)) {
      used = tokensIn(event) ?? used + 1;
      if (!response.write(`data: ${event}\n\n`)) await once(response, 'drain', { signal: left });
    }
  } catch (error) {
    // The streamed tokens were used, no matter how the stream ended.
    response.destroy();
    if (!left.aborted) console.error('the stream was cut:', error);
  }
  return used;
}

/** The answer for a call that did not begin. If the balance is unknown, the call does not begin either. */
function refusalOf(error: unknown): [status: number, code: string] {
  if (!(error instanceof BillonceError)) return [502, 'provider_failed'];
  switch (error.code) {
    case 'insufficient_balance':
      return [402, error.code];
    case 'limit_reached':
      return [429, error.code];
    case 'hold_ended':
      return [409, 'already_answered'];
    default:
      console.error('not reserved:', error);
      return [503, 'billing_unavailable'];
  }
}

function refuse(response: ServerResponse, status: number, error: string, message?: string): void {
  const body = JSON.stringify({ error, message });
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${body}\n`);
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
server.listen(Number(env['PORT'] ?? 8787), '127.0.0.1', () => announce(server));

process.once('SIGTERM', () => {
  server.close(async () => {
    await recorder.close();
    await journal.close();
  });
});
