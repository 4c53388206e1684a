import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from './redis.ts';

/** A real Redis with an HTTP server in front of it that implements Upstash's REST API. */
export interface TestUpstash {
  readonly url: string;
  readonly token: string;
  /** all received commands */
  readonly commands: readonly string[][];
  /** Answers the next commands with this, in place of the server's reply. */
  answerInstead(answer: { readonly status: number; readonly body: string } | undefined): void;
  readonly redis: Redis;
  stop(): Promise<void>;
}

const requestBytesMax = 10_000_000;

export async function startUpstash(settings: readonly string[] = []): Promise<TestUpstash> {
  const server: RedisServer = await startRedis(settings);
  const redis = new Redis(server.port, '127.0.0.1');
  const token = crypto.randomUUID();
  const commands: string[][] = [];
  let instead: { readonly status: number; readonly body: string } | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.headers.authorization !== `Bearer ${token}`) {
      return reply(401, { error: 'WRONGPASS invalid or missing auth token' });
    }
    const body = await bodyOf(request);
    if (body.length > requestBytesMax) return reply(400, { error: 'ERR max request size exceeded' });
    const [command = '', ...values] = parseCommand(body.toString());
    commands.push([command, ...values]);
    if (instead !== undefined) {
      response.writeHead(instead.status).end(instead.body);
      return;
    }
    try {
      const isBase64 = request.headers['upstash-encoding'] === 'base64';
      reply(200, { result: written(await redis.callBuffer(command, values), isBase64 ? 'base64' : 'utf8') });
    } catch (error) {
      reply(400, { error: error instanceof Error ? error.message : '' });
    }
  };
  const front = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  }).listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    token,
    commands,
    redis,
    answerInstead(answer) {
      instead = answer;
    },
    async stop() {
      front.closeAllConnections();
      front.close();
      redis.disconnect();
      await server.stop();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parseCommand(body: string): string[] {
  const command: unknown = JSON.parse(body);
  if (!Array.isArray(command)) throw new TypeError('no command');
  return command.map(String);
}

/** Upstash does not encode `OK`. */
function written(reply: unknown, encoding: 'base64' | 'utf8'): unknown {
  if (Array.isArray(reply)) return reply.map((part) => written(part, encoding));
  if (!Buffer.isBuffer(reply)) return reply;
  return reply.toString() === 'OK' ? 'OK' : reply.toString(encoding);
}
