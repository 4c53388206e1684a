// A stand-in for a provider of language models: it streams the words of a long sentence, one token in each event.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as passing } from 'node:timers/promises';
import { announce } from './listening.ts';
import { parseCall } from './model-call.ts';

/** The options of a stand-in. */
export interface ProviderOptions {
  /** how many tokens an answer has, unless `max_tokens` of the call is less */
  readonly answerTokens: number;
  /** resolves when a token may be sent: the first has the number 1 */
  readonly beforeToken: (number: number, prompt: string) => Promise<void>;
}

/** A server for `POST /v1/chat/completions`, which always streams. */
export function createProvider(options: ProviderOptions): Server {
  return createServer((request, response) => {
    stream(request, response, options).catch(() => response.destroy());
  });
}

async function stream(
  request: IncomingMessage,
  response: ServerResponse,
  { answerTokens, beforeToken }: ProviderOptions,
): Promise<void> {
  const call = parseCall(await json(request));
  if (call === undefined) {
    response.writeHead(400).end();
    return;
  }
  const prompt = call.messages.map(({ content }) => content).join(' ');
  const promptTokens = prompt.split(/\s+/).length;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  for (let number = 1; number <= Math.min(answerTokens, call.max_tokens); number += 1) {
    await beforeToken(number, prompt);
    if (response.destroyed) return;
    // Like vLLM with `continuous_usage_stats`: every event has the usage so far.
    const usage = { prompt_tokens: promptTokens, completion_tokens: number };
    const choices = [{ index: 0, delta: { content: `word-${number} ` } }];
    response.write(`data: ${JSON.stringify({ choices, usage })}\n\n`);
  }
  response.end('data: [DONE]\n\n');
}

if (import.meta.main) {
  const tokenMs = Number(process.env['TOKEN_MS'] ?? 20);
  const provider = createProvider({ answerTokens: 40, beforeToken: () => passing(tokenMs) });
  provider.listen(Number(process.env['PORT'] ?? 8788), '127.0.0.1', () => announce(provider));
}
