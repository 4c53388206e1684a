import 'reflect-metadata';
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import express from 'express';
import { idempotency } from '../../src/adapters/express.ts';
import { IdempotencyModule, type NestOptions } from '../../src/adapters/nest.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { served } from './harness/nest-app.ts';

const typeDefs = 'type Query { balance: Int! } type Mutation { charge(amount: Int!): Int! }';

/** A resolver that counts its charges. Decorators are called as functions. */
function resolverOf(counts: { charges: number }) {
  class Charges {
    balance(): number {
      return counts.charges;
    }
    charge(amount: number): number {
      counts.charges += 1;
      return amount;
    }
  }
  const descriptorOf = (name: string) => Object.getOwnPropertyDescriptor(Charges.prototype, name) ?? {};
  Query('balance')(Charges.prototype, 'balance', descriptorOf('balance'));
  Mutation('charge')(Charges.prototype, 'charge', descriptorOf('charge'));
  Args('amount')(Charges.prototype, 'charge', 0);
  Resolver()(Charges);
  return Charges;
}

interface Wish {
  readonly options?: Partial<NestOptions>;
  readonly context?: ApolloDriverConfig['context'];
  /** the adapter for Express protects the GraphQL route */
  readonly isRouteProtected?: boolean;
}

async function start(t: TestContext, { options = {}, context, isRouteProtected = false }: Wish = {}) {
  const counts = { charges: 0 };
  const apollo = { driver: ApolloDriver, typeDefs, path: '/graphql' };
  class Root {}
  Module({})(Root);
  const root: DynamicModule = {
    module: Root,
    imports: [
      GraphQLModule.forRoot<ApolloDriverConfig>(context === undefined ? apollo : { ...apollo, context }),
      IdempotencyModule.forRoot({ store: memoryStore(), callers: 'by-address', ...options }),
    ],
    providers: [resolverOf(counts)],
  };
  const app = await NestFactory.create(root, { logger: false });
  if (isRouteProtected)
    app.use('/graphql', express.json(), idempotency({ store: memoryStore(), callers: 'by-address' }));
  const server = await served(app);
  t.after(() => server.close());
  const send = async (query: string, key?: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      },
      body: JSON.stringify({ query }),
    });
    return { text: await response.text(), isReplay: response.headers.get('idempotency-replayed') === 'true' };
  };
  return { send, counts };
}

const charge = 'mutation { charge(amount: 5) }';
const unprotected = /an interceptor cannot protect a resolver of GraphQL/;

test('Apollo in Nest: a mutation with a key fails, and is not executed; a query is', async (t) => {
  const { send, counts } = await start(t);
  assert.match((await send(charge, 'k')).text, unprotected);
  assert.equal(counts.charges, 0);
  assert.equal((await send('{ balance }', 'k')).text, '{"data":{"balance":0}}\n');
  assert.equal((await send(charge)).text, '{"data":{"charge":5}}\n');
});

test('Apollo in Nest with requireKey: a mutation fails with a key and without one', async (t) => {
  const { send, counts } = await start(t, { options: { requireKey: true } });
  assert.match((await send(charge)).text, unprotected);
  assert.match((await send(charge, 'k')).text, unprotected);
  assert.equal(counts.charges, 0);
});

test('Apollo in Nest with a context of the application: Nest leaves the request in it, and a mutation with a key fails', async (t) => {
  const { send, counts } = await start(t, { context: () => ({ user: 'ada' }) });
  assert.match((await send(charge, 'k')).text, unprotected);
  assert.equal(counts.charges, 0);
});

test('Apollo in Nest with a protected route: a mutation is executed once, and its answer is replayed', async (t) => {
  const { send, counts } = await start(t, { isRouteProtected: true });
  const [first, retry] = [await send(charge, 'k'), await send(charge, 'k')];
  assert.deepEqual([first.isReplay, retry.isReplay, retry.text], [false, true, first.text]);
  assert.match((await send('mutation { charge(amount: 6) }', 'k')).text, /idempotency_conflict/);
  assert.equal(counts.charges, 1);
});
