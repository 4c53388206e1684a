import { Bind, Controller, type DynamicModule, Module, Post, Req } from '@nestjs/common';
import type { NestOptions } from '../../../src/adapters/nest.ts';
import type { ExecutionOutcome } from '../../../src/core/observer.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { Gate } from '../../../src/testing/adapter-laws/gate.ts';
import { onTheWire, write } from '../../../src/testing/adapter-laws/wire.ts';

/** The operations that have ended, and their outcomes. */
export class Watch {
  readonly outcomes: ExecutionOutcome[] = [];
  readonly ended = new Gate();
  readonly options: NestOptions = {
    store: memoryStore(),
    callers: 'by-address',
    observer: (event) => {
      if (event.kind !== 'execution_ended') return;
      this.outcomes.push(event.outcome);
      this.ended.arrive();
    },
  };
}

/** Decorators are called as functions, the last one first. */
export function controllerOf(
  handler: (request: object) => unknown,
  ...decorators: readonly MethodDecorator[]
) {
  class Charges {
    charge(request: object): unknown {
      return handler(request);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Charges.prototype, 'charge') ?? {};
  Post('charges')(Charges.prototype, 'charge', descriptor);
  Bind(Req())(Charges.prototype, 'charge', descriptor);
  for (const decorate of decorators.toReversed()) decorate(Charges.prototype, 'charge', descriptor);
  Controller()(Charges);
  return Charges;
}

export function rootOf(
  controller: ReturnType<typeof controllerOf>,
  ...imports: readonly DynamicModule[]
): DynamicModule {
  class Root {}
  Module({})(Root);
  return { module: Root, imports: [...imports], controllers: [controller] };
}

export function post(port: number, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/charges`, {
    method: 'POST',
    headers: { 'Idempotency-Key': 'k', ...headers },
  });
}

/** Sends a request, and hangs up once its handler has begun. */
export async function hangUp(port: number, begun: Gate): Promise<void> {
  const socket = await write(
    port,
    onTheWire(port, { path: '/charges', headers: [['Idempotency-Key', 'k']] }),
  );
  await begun.arrival();
  socket.destroy();
  for (let trip = 0; trip < 3; trip++) await fetch(`http://127.0.0.1:${port}/nowhere`);
}
