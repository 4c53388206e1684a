import type { IdempotentRequest } from '../../../../../packages/idempotency/src/core/idempotent-request.ts';
import { memoryStore } from '../../../../../packages/idempotency/src/stores/memory.ts';
import { randomOf } from '../../harness/seeded-random.ts';
import { hold, Violation } from '../violation.ts';
import { faultKinds, type Shape, settled, World } from '../world.ts';
import { LibraryProcess } from './process.ts';
import { LibraryReferee } from './referee.ts';

const healedStepsMax = 20_000;
const passMs = 5_000;
/** An answer after which a client stops retrying. */
const isFinal = (status: number, body: string) =>
  status === 201 || status === 410 || /conflict|outcome_unknown|key_expired/.test(body);

interface Sent {
  readonly request: IdempotentRequest;
}

/** The result of a run. */
interface LibraryResult {
  readonly seed: number;
  readonly steps: number;
  readonly violation: Violation | undefined;
  readonly counts: Readonly<Record<string, number>>;
}

/** Runs one world of processes that share a store of the library. A broken promise is returned, not thrown. */
export async function simulate(seed: number): Promise<LibraryResult> {
  const run = new Run(seed);
  let violation: Violation | undefined;
  try {
    await run.toEnd();
  } catch (error) {
    violation =
      error instanceof Violation ? error : new Violation('the library has no defects', String(error));
  }
  return { seed, steps: run.world.steps, violation, counts: run.referee.counts };
}

function shapeOf(seed: number): Shape {
  const random = randomOf(seed ^ 0x11b);
  return {
    engine: 'many',
    servers: 1 + random.below(3),
    clients: 1 + random.below(5),
    steps: 300,
    clocks: 'agreeing',
    answersMax: random.pick([3, 1_000]),
    faults: faultKinds.filter(() => random.below(4) > 0),
  };
}

class Run {
  readonly world: World;
  readonly referee: LibraryReferee;
  readonly #store;
  readonly #onAbandoned: 'refuse' | 'rerun';
  readonly #processes: LibraryProcess[] = [];
  /** by client: the operation that it waits for */
  readonly #waiting: (Sent | undefined)[];

  constructor(seed: number) {
    const shape = shapeOf(seed);
    this.world = new World(seed, shape);
    this.#onAbandoned = this.world.random.pick(['refuse', 'rerun'] as const);
    this.referee = new LibraryReferee(this.#onAbandoned === 'rerun');
    this.#store = memoryStore({ nowMs: () => this.world.nowMs, answersMax: shape.answersMax });
    for (let number = 0; number < shape.servers; number++) this.#processes.push(this.#newProcess());
    this.#waiting = Array.from({ length: shape.clients }, () => undefined);
  }

  #newProcess(): LibraryProcess {
    return new LibraryProcess(this.world, this.#store, this.referee, this.#onAbandoned);
  }

  async toEnd(): Promise<void> {
    const { world } = this;
    while (world.steps < world.shape.steps) {
      const isOn = (rarity: number) => world.random.below(rarity) === 0;
      if (isOn(4)) this.#begin();
      if (isOn(10)) this.#passTime(world.random.pick([1, 1_000, passMs, 60_000, 60_000]));
      if (isOn(12) && world.strikes('time_out', 1)) this.#sendAgain();
      if (world.strikes('server_dies', 60)) this.#kill();
      await this.#one();
    }
    world.isHealed = true;
    for (let steps = 0; this.#waiting.some((sent) => sent !== undefined); steps++) {
      hold(steps < healedStepsMax, 'nothing waits for ever', () => 'a client has no answer');
      if (world.waiting === 0) {
        this.#passTime(passMs);
        this.#sendAgain();
      }
      await this.#one();
    }
  }

  async #one(): Promise<void> {
    this.world.steps += 1;
    this.world.runOne();
    await settled();
    this.referee.first.rethrow();
  }

  #passTime(ms: number): void {
    this.world.nowMs += ms;
    for (const { clock } of this.#processes) clock.advance(ms);
  }

  #kill(): void {
    const at = this.world.random.below(this.#processes.length);
    const process = this.#processes[at];
    if (process !== undefined) process.isDead = true;
    this.#processes[at] = this.#newProcess();
  }

  #begin(): void {
    const { random } = this.world;
    const client = this.#waiting.indexOf(undefined);
    if (client < 0) return;
    const isOther = random.below(6) === 0;
    const request: IdempotentRequest = {
      method: 'POST',
      path: '/charges',
      query: isOther && random.below(2) === 0 ? 'a=2' : 'a=1',
      ifMatch: undefined,
      body: { kind: 'parsed', value: { amount: isOther ? random.below(3) : 1 } },
      caller: { kind: 'tenant', tenant: random.pick(['t', 'u']) },
      key: `key-${random.below(5)}`,
      accept: undefined,
      requestId: undefined,
    };
    this.#waiting[client] = { request };
    this.#send(client);
  }

  #sendAgain(): void {
    for (const [client, sent] of this.#waiting.entries()) if (sent !== undefined) this.#send(client);
  }

  #send(client: number): void {
    const { world } = this;
    const sent = this.#waiting[client];
    const process = world.random.pick(this.#processes);
    const copies = world.strikes('request_doubled', 12) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (sent === undefined || world.strikes('request_lost', 12)) continue;
      world.add('request', process, () => this.#arrive(client, sent, process));
    }
  }

  #arrive(client: number, sent: Sent, process: LibraryProcess): void {
    const wasAnswered = this.referee.isAnswered(sent.request);
    process
      .handle(sent.request)
      .then((response) => {
        if (this.world.strikes('answer_lost', 12)) return;
        this.world.add('answer', process, () => {
          this.referee.answered(sent.request, response, wasAnswered);
          if (isFinal(response.status, String(response.body)) && this.#waiting[client] === sent)
            this.#waiting[client] = undefined;
        });
      })
      .catch((error: unknown) => {
        this.referee.first.note(error);
      });
  }
}
