import assert from 'node:assert/strict';
import { setTimeout as passing } from 'node:timers/promises';
import type { Api } from './api.ts';
import { sendUntilAnswered } from './retrying.ts';
import type { Random } from './seeded-random.ts';
import type { ServerProcesses } from './server-processes.ts';
import { makeKey, withHeaders } from './tenants.ts';
import {
  assertExactlyOnce,
  type Essence,
  essence,
  inParallel,
  registerServices,
  Workload,
} from './workload.ts';

const lookEveryMs = 10;

/** The writes of one tenant at several instances, and each answer that they got. */
export class TenantLoad {
  readonly tenant: string;
  #instances: ServerProcesses;
  readonly #key: string;
  readonly #random: Random;
  readonly #workload: Workload;
  readonly #acknowledged = new Map<string, Essence>();
  #answers = new Map<number, number>();
  #isOver = true;
  #running: Promise<void> = Promise.resolve();

  private constructor(instances: ServerProcesses, tenant: string, key: string, random: Random) {
    this.#instances = instances;
    this.tenant = tenant;
    this.#key = key;
    this.#random = random;
    this.#workload = new Workload(random);
  }

  /** Makes a key for the tenant, and its services. */
  static async make(instances: ServerProcesses, tenant: string, random: Random): Promise<TenantLoad> {
    const key = await makeKey(instances.api(0), tenant);
    const load = new TenantLoad(instances, tenant, key, random);
    await registerServices(load.api(0));
    return load;
  }

  /** The API of an instance with the key of the tenant. */
  api(at: number): Api {
    return withHeaders(this.#instances.api(at), { 'x-api-key': this.#key });
  }

  /** Makes later writes go to other instances. */
  moveTo(instances: ServerProcesses): void {
    this.#instances = instances;
  }

  /** Writes until `end`. Each write is retried until it is answered. */
  begin(clients: number): void {
    this.#isOver = false;
    this.#running = inParallel(
      clients,
      () => (this.#isOver ? undefined : this.#workload.next()),
      async (write) => {
        const answer = await sendUntilAnswered(this.#apis, write, this.#random);
        assert.ok(answer.status < 300, `${this.tenant} ${write.key}: ${answer.text}`);
        this.#acknowledged.set(write.key, essence(answer));
      },
    );
  }

  /** Waits for the answers to all sent writes. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  get acknowledged(): number {
    return this.#acknowledged.size;
  }

  /** Waits until this many further writes were acknowledged. */
  async more(count: number): Promise<void> {
    const target = this.acknowledged + count;
    // A failed load never reaches the target.
    while (this.acknowledged < target)
      await Promise.race([passing(lookEveryMs), this.#running.then(() => passing(lookEveryMs))]);
  }

  /** Waits for an answer with a status since the last `forget`. */
  async untilAnswered(status: number): Promise<void> {
    while (!this.#answers.has(status)) await passing(lookEveryMs);
  }

  /** Counts the statuses since the last call. */
  forget(): ReadonlyMap<number, number> {
    const answers = this.#answers;
    this.#answers = new Map();
    return answers;
  }

  /** Retries every write: see `assertExactlyOnce`. */
  async assertOnce(): Promise<void> {
    await assertExactlyOnce(this.api(0), this.#workload, this.#acknowledged);
  }

  readonly #apis = (): readonly Api[] =>
    this.#instances.apis().map((api) => {
      const own = withHeaders(api, { 'x-api-key': this.#key });
      return {
        ...own,
        post: async (...sent) => {
          const answer = await own.post(...sent);
          this.#answers.set(answer.status, (this.#answers.get(answer.status) ?? 0) + 1);
          return answer;
        },
      };
    });
}
