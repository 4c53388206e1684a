import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { StorageFault } from '../ledger/storage-port.ts';
import { errorAnswer } from './error-answer.ts';

const failures = {
  list: new StorageFault('unavailable', { message: 'too long', obstacle: 'running_batch' }),
  full: new StorageFault('unavailable', { message: 'too many', obstacle: 'waiting_reads' }),
  down: new StorageFault('unavailable', 'connection refused'),
  defect: new TypeError('x is undefined'),
};

test('the error of a read does not mention whether it was applied, and 503 says when to retry', async () => {
  const app = Fastify();
  app.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = errorAnswer(
      error instanceof Error ? Object.assign(error, { code: '' }) : Object.assign(new Error(), { code: '' }),
      request,
      app.log,
      0,
    );
    return reply.code(status).headers(headers).send(body);
  });
  for (const [name, error] of Object.entries(failures)) {
    app.route({
      method: ['GET', 'POST'],
      url: `/${name}`,
      handler: () => {
        throw error;
      },
    });
  }
  const toldOf = async (method: 'GET' | 'POST', name: string) => {
    const answer = await app.inject({ method, url: `/${name}` });
    const { error, message } = JSON.parse(answer.body);
    return [answer.statusCode, answer.headers['retry-after'], error, message];
  };
  const running = 'a write that began earlier is still running, so the end of this list is not known yet';
  const waiting = 'too many reads of the database are already waiting';
  for (const [name, status, after, code, message] of [
    ['list', 503, '1', 'overloaded', running],
    ['full', 503, '1', 'overloaded', waiting],
    ['down', 503, '1', 'storage_unavailable', 'the database cannot be read'],
    ['defect', 500, undefined, 'internal_error', 'internal error'],
  ] as const) {
    assert.deepEqual(await toldOf('GET', name), [status, after, code, message]);
    const ofWrite = [status, after, code, `${message}; nothing was applied`];
    assert.deepEqual(await toldOf('POST', name), ofWrite);
  }
  await app.close();
});
