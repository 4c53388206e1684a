// Checks histories of real servers: for each there must be an order that explains every answer.
import { type TestContext, test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import type { Random } from './harness/seeded-random.ts';
import { ServerProcesses } from './harness/server-processes.ts';
import { TcpProxy } from './harness/tcp-proxy.ts';
import { wordsOf } from './history/history-figures.ts';
import { assertHistory, type World } from './history/run-history.ts';

const strikes = rounds({ test: 8, prove: 1_000 });

class OneServer implements World {
  readonly #servers: ServerProcesses;
  readonly #proxy: TcpProxy;

  private constructor(servers: ServerProcesses, proxy: TcpProxy) {
    this.#servers = servers;
    this.#proxy = proxy;
  }

  static async start(t: TestContext): Promise<OneServer> {
    const servers = new ServerProcesses(t, [{ DATABASE_URL: await emptyDatabase(t), LOG_LEVEL: 'silent' }]);
    await servers.startAll();
    const world = new OneServer(servers, await TcpProxy.start(t, portOf(servers)));
    return world;
  }

  apis() {
    if (this.#servers.apis().length === 0) return [];
    return [apiAt(`http://127.0.0.1:${this.#proxy.port}`)];
  }

  async strike(random: Random, onDead: () => void): Promise<string> {
    switch (random.below(5)) {
      case 0:
      case 1:
        await this.#servers.kill(0);
        this.#proxy.cutAll();
        onDead();
        await this.#servers.start(0);
        this.#proxy.pointTo(portOf(this.#servers));
        return 'killed';
      case 2:
        this.#servers.signal(0, 'SIGSTOP');
        await passing(random.below(300));
        this.#servers.signal(0, 'SIGCONT');
        return 'stopped for a while';
      case 3:
        this.#proxy.cutAll();
        return 'connections cut';
      default:
        this.#proxy.mode = 'silent';
        await passing(random.below(300));
        this.#proxy.mode = 'pass';
        return 'bytes lost';
    }
  }
}

function portOf(servers: ServerProcesses): number {
  return Number(new URL(servers.api(0).url).port);
}

test(`a history with ${strikes} kills, stops and cuts of a server has an order that explains every answer`, async (t) => {
  withstood('history_of_a_server', wordsOf(await assertHistory(t, await OneServer.start(t), { strikes })));
});
