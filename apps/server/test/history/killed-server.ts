import type { TestContext } from 'node:test';
import { emptyDatabase } from '../harness/database.ts';
import { plainApiAt } from '../harness/plain-api.ts';
import { ServerProcesses } from '../harness/server-processes.ts';
import type { World } from './run-history.ts';

/** What a test does to the books while a killed server is dead, or to the new server: a planted fault. */
export interface PlantedFault {
  whileDead?(file: string): void;
  afterStart?(world: World): Promise<void>;
}

/** A server on SQLite that is killed. */
export class KilledServer implements World {
  readonly #servers: ServerProcesses;
  readonly #file: string;
  readonly #fault: PlantedFault;

  private constructor(servers: ServerProcesses, file: string, fault: PlantedFault) {
    this.#servers = servers;
    this.#file = file;
    this.#fault = fault;
  }

  static async start(t: TestContext, fault: PlantedFault = {}): Promise<KilledServer> {
    const DATABASE_URL = await emptyDatabase(t);
    const servers = new ServerProcesses(t, [{ DATABASE_URL, LOG_LEVEL: 'silent' }]);
    await servers.startAll();
    return new KilledServer(servers, DATABASE_URL.replace('file:', ''), fault);
  }

  apis() {
    return this.#servers.apis().map(({ url }) => plainApiAt(url));
  }

  async strike(_: unknown, onDead: () => void): Promise<string> {
    await this.#servers.kill(0);
    onDead();
    this.#fault.whileDead?.(this.#file);
    await this.#servers.start(0);
    await this.#fault.afterStart?.(this);
    return 'killed';
  }
}
