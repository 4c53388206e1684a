import type { DashboardBundle } from '@billonce/dashboard';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import { send } from './router.ts';
import { StaticAnswer } from './static-answer.ts';

const folder = '/dashboard';
const notForOthers = 'no such path: browsers get the dashboard here, and paths of the API begin with /api/v1';

/** The page loads what this server serves, and calls it; nothing else. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The name of a file has a digest of its bytes. */
const forEver = 'public, max-age=31536000, immutable';

interface Answers {
  readonly page: StaticAnswer;
  readonly files: ReadonlyMap<string, StaticAnswer>;
}

/**
 * Bundled once in a process, at the first request for the page, so that a server without visitors does not pay for it.
 */
let bundled: Promise<Answers> | undefined;

/**
 * Serves the dashboard: the page at `/` to browsers, and what it loads. Files need no API key; what the page shows it
 * reads with the key of its user.
 */
export function registerDashboard(app: FastifyInstance): void {
  app.get('/', async (request, reply) => {
    if (!wantsPage(request.headers.accept)) throw new ApiError('not_found', notForOthers);
    return await answer((await answers()).page, request, reply);
  });
  app.get<{ Params: { readonly file: string } }>(`${folder}/:file`, async (request, reply) => {
    const file = (await answers()).files.get(request.params.file);
    if (file === undefined) throw new ApiError('not_found', 'no such path');
    return await answer(file, request, reply);
  });
}

async function answer(
  found: StaticAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  return send(reply, await found.answer(request));
}

async function answers(): Promise<Answers> {
  bundled ??= bundle().catch((error: unknown) => {
    // The next request tries again.
    bundled = undefined;
    throw error;
  });
  return await bundled;
}

async function bundle(): Promise<Answers> {
  const { bundleDashboard } = await import('@billonce/dashboard');
  return answersOf(await bundleDashboard(folder));
}

function answersOf({ page, files }: DashboardBundle): Answers {
  const html = new StaticAnswer(page, 'text/html; charset=utf-8', {
    'content-security-policy': pagePolicy,
    vary: 'Accept',
  });
  return {
    page: html,
    files: new Map(
      files.map(({ name, mediaType, bytes }) => [
        name,
        new StaticAnswer(bytes, mediaType, { 'cache-control': forEver }),
      ]),
    ),
  };
}

/** Whether a client asks for a page: browsers name HTML, other clients do not, or accept anything. */
function wantsPage(accept = ''): boolean {
  return accept
    .toLowerCase()
    .split(',')
    .some((part) => {
      const [type = '', ...parameters] = part.split(';').map((one) => one.trim());
      return type === 'text/html' && !parameters.some((one) => /^q=0(?:\.0*)?$/.test(one));
    });
}
