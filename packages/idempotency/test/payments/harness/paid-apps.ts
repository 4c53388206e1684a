import { serve } from '@hono/node-server';
import { HTTPFacilitatorClient, x402ResourceServer } from '@x402/core/server';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { paymentMiddleware as expressPayment } from '@x402/express';
import { paymentMiddleware as honoPayment } from '@x402/hono';
import express from 'express';
import { Hono } from 'hono';
import type { CellStore } from '../../../src/cells.ts';
import type { IdempotencyStore } from '../../../src/core/store.ts';
import { paidOnce as expressPaidOnce, type PendingSettlement } from '../../../src/payments/x402-express.ts';
import { paidOnce as honoPaidOnce, type SettlementFinding } from '../../../src/payments/x402-hono.ts';
import { listening } from '../../adapters/harness/listening.ts';
import { network, transactionOf } from './facilitator.ts';
import { accepts, exactScheme, extensions, type PaymentFlow } from './payments.ts';

/** How an app is set up. */
export interface PaidAppOptions {
  readonly facilitatorUrl: string;
  readonly store: IdempotencyStore;
  readonly settlements: CellStore;
  readonly flow?: PaymentFlow;
  /** finds nonces that were charged, if the app can ask for them */
  readonly findCharged?: (nonce: string) => Promise<boolean | undefined>;
  /** the answer of the handler; by default 201 with a new id */
  readonly answer?: () => { readonly status: number; readonly body?: string } | undefined;
}

/** A running paid API. */
export interface PaidApp {
  readonly url: string;
  /** how often the handler has run */
  readonly executions: () => number;
  close(): Promise<void>;
}

const routes = { 'POST /photos': { accepts, extensions }, 'GET /photos/:id': { accepts, extensions } };

function newServer({ facilitatorUrl, flow = 'authorization' }: PaidAppOptions): x402ResourceServer {
  const client = new HTTPFacilitatorClient({ url: facilitatorUrl });
  return new x402ResourceServer(client).register(network, exactScheme(flow));
}

function paidOptions(options: PaidAppOptions, server: x402ResourceServer) {
  const { store, settlements, findCharged } = options;
  const findSettlement = async ({
    paymentPayload,
    requirements,
  }: PendingSettlement<PaymentPayload, PaymentRequirements>): Promise<SettlementFinding> => {
    const { nonce, from } = parseAuthorization(paymentPayload.payload['authorization']);
    const isCharged = await findCharged?.(nonce);
    if (isCharged === undefined) return { kind: 'unknown' };
    if (!isCharged) return { kind: 'not_settled' };
    const result = {
      success: true,
      transaction: transactionOf(nonce),
      network: requirements.network,
      payer: from,
    };
    return { kind: 'settled', result };
  };
  return {
    store,
    settlements,
    server,
    waitMs: 10_000,
    ...(findCharged === undefined ? {} : { findSettlement }),
  };
}

function parseAuthorization(value: unknown): { readonly nonce: string; readonly from: string } {
  if (typeof value !== 'object' || value === null || !('nonce' in value && 'from' in value)) {
    throw new TypeError('no authorization');
  }
  return { nonce: String(value.nonce), from: String(value.from) };
}

/** Makes the answers of a handler. */
function worker({ answer }: PaidAppOptions) {
  let executions = 0;
  return {
    executions: () => executions,
    work() {
      executions++;
      const made = answer?.() ?? { status: 201, body: JSON.stringify({ id: crypto.randomUUID() }) };
      return { status: made.status, body: made.body ?? '{}' };
    },
  };
}

async function startExpress(options: PaidAppOptions): Promise<PaidApp> {
  const { work, executions } = worker(options);
  const server = newServer(options);
  const app = express();
  app.use(express.json());
  app.use(paidExpress(options, server));
  app.post('/photos', (_request, response) => {
    const { status, body } = work();
    response.status(status).type('application/json').set('x-other', 'not kept').send(body);
  });
  app.get('/photos/:id', (_request, response) => {
    const { status, body } = work();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.write(body.slice(0, 1));
    response.end(body.slice(1));
  });
  const { port, close } = await listening(app);
  return { url: `http://127.0.0.1:${port}`, executions, close };
}

function paidExpress(options: PaidAppOptions, server: x402ResourceServer) {
  return expressPaidOnce(paidOptions(options, server), expressPayment(routes, server));
}

async function startHono(options: PaidAppOptions): Promise<PaidApp> {
  const { work, executions } = worker(options);
  const server = newServer(options);
  const app = new Hono();
  app.use(honoPaidOnce(paidOptions(options, server), honoPayment(routes, server)));
  const handle = () => {
    const { status, body } = work();
    const headers = { 'content-type': 'application/json', 'x-other': 'not kept' };
    return new Response(body, { status, headers });
  };
  app.post('/photos', handle);
  app.get('/photos/:id', handle);
  const started = Promise.withResolvers<number>();
  const listener = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
    started.resolve(port),
  );
  return {
    url: `http://127.0.0.1:${await started.promise}`,
    executions,
    close: () => new Promise((resolve) => listener.close(() => resolve())),
  };
}

/** The frameworks with a tested x402 middleware. */
export const paidApps: Readonly<Record<string, (options: PaidAppOptions) => Promise<PaidApp>>> = {
  express: startExpress,
  hono: startHono,
};
