import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startInProcess } from '../harness/in-process.ts';
import { adminKey, asAdmin, makeKey } from '../harness/tenants.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and fail where it is another
  readonly json: any;
}

type HeaderFields = Readonly<Record<string, string>>;

/** Sends a request as AgentPay's documentation shows it, with its full path. */
export type Send = (request: string, body?: unknown, headers?: HeaderFields) => Promise<Answer>;

/** A client of AgentPay, and its operator. */
export interface Played {
  readonly send: Send;
  readonly asOperator: Send;
  readonly clock: { nowMs: number };
}

/** Runs the steps on a server in development mode, and on one in protected mode. */
export function inBothModes(sentence: string, play: (played: Played) => Promise<void>): void {
  test(`${sentence}, in development mode`, async (t) => await play(await inDevelopment(t)));
  test(`${sentence}, in protected mode`, async (t) => await play(await inProtection(t)));
}

export async function inDevelopment(t: TestContext, environment: HeaderFields = {}): Promise<Played> {
  const { api, clock } = await startInProcess(t, environment);
  const send = sender(api.url, {});
  return { send, asOperator: send, clock };
}

export async function inProtection(t: TestContext, environment: HeaderFields = {}): Promise<Played> {
  const { api, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey, ...environment });
  const send = sender(api.url, { 'x-api-key': await makeKey(api, 'agentpay') });
  return { send, asOperator: sender(api.url, asAdmin), clock };
}

function sender(url: string, always: HeaderFields): Send {
  return async (request, body, headers) => {
    const [method = '', path = ''] = request.split(' ');
    const response = await fetch(url + path, {
      method,
      headers: {
        ...always,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    assert.ok(response.headers.get('x-request-id'), `${request} has no request id`);
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Asserts the form that every error has. */
export function assertError(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.json?.error], [status, code], answer.text);
  assert.equal(typeof answer.json.message, 'string');
  assert.equal(answer.json.requestId, answer.headers.get('x-request-id'));
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
}
