import type { Actor } from '../../src/domain/act.ts';
import type { Outcome, Submission } from '../../src/ledger/submission.ts';
import type { Observed } from '../model/books.ts';
import { observedOf, submissionOf } from '../model/in-process.ts';
import type { Sent } from '../model/write.ts';
import type { SimulatedServer } from './server.ts';
import type { World } from './world.ts';

const rarity = { requestLost: 12, requestDoubled: 12, answerLost: 12 } as const;

/** An operation of a client, as stored in its journal. */
export interface SentOperation {
  readonly sent: Sent;
  readonly submission: Submission;
  /** whether it may be repeated, which requires a key */
  readonly isRepeatable: boolean;
  attempts: number;
  answer: Observed | undefined;
}

/** Returns one of the running servers. */
type Reach = () => SimulatedServer | undefined;

/**
 * Receives each operation that a client sends, and each answer that reaches it. `isBound` says whether this is the
 * answer of its key from now on.
 */
interface Witness {
  note(operation: SentOperation): void;
  answered(operation: SentOperation, answer: Observed, isBound: boolean): void;
}

/** A client that sends one operation at a time, and repeats it until it knows the outcome. */
export class SimulatedClient {
  readonly #world: World;
  readonly #reach: Reach;
  readonly #witness: Witness;
  /** survives the death of the client */
  readonly journal: SentOperation[] = [];
  #life = 0;
  answered = 0;

  constructor(world: World, reach: Reach, witness: Witness) {
    this.#world = world;
    this.#reach = reach;
    this.#witness = witness;
  }

  get isWaiting(): boolean {
    return this.journal.length > 0;
  }

  begin(sent: Sent): void {
    const actor: Actor = { kind: 'server', keyPrefix: undefined, address: undefined, requestId: undefined };
    const operation: SentOperation = {
      sent,
      submission: { ...submissionOf(sent), actor },
      isRepeatable: sent.key !== undefined,
      attempts: 0,
      answer: undefined,
    };
    // The operation is written to the journal before it is sent.
    this.journal.push(operation);
    this.#witness.note(operation);
    this.#send(operation);
  }

  /** Stops waiting: repeats the operations that may be repeated, and gives up the others. */
  timeOut(): void {
    for (const operation of [...this.journal]) {
      if (operation.isRepeatable) this.#send(operation);
      else this.#forget(operation);
    }
  }

  /** Dies, and restarts with its journal. */
  die(): void {
    this.#life += 1;
    this.timeOut();
  }

  #forget(operation: SentOperation): void {
    const at = this.journal.indexOf(operation);
    if (at >= 0) this.journal.splice(at, 1);
  }

  #send(operation: SentOperation): void {
    const world = this.#world;
    operation.attempts += 1;
    const copies = world.strikes('request_doubled', rarity.requestDoubled) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      if (world.strikes('request_lost', rarity.requestLost)) continue;
      const server = this.#reach();
      if (server === undefined) continue;
      world.add('request', server, () => this.#arrive(operation, server));
    }
  }

  #arrive(operation: SentOperation, server: SimulatedServer): void {
    const life = this.#life;
    server
      .submit(operation.submission)
      .then((outcome) => this.#answerBack(operation, outcome, server, life))
      .catch((error: unknown) => {
        queueMicrotask(() => {
          throw error;
        });
      });
  }

  #answerBack(operation: SentOperation, outcome: Outcome, server: SimulatedServer, life: number): void {
    if (this.#world.strikes('answer_lost', rarity.answerLost)) return;
    this.#world.add('answer', server, () => {
      if (life === this.#life) this.#receive(operation, outcome);
    });
  }

  #receive(operation: SentOperation, outcome: Outcome): void {
    if (outcome.kind === 'fault') {
      if (!operation.isRepeatable) this.#forget(operation);
      else if (this.journal.includes(operation)) this.#send(operation);
      return;
    }
    const answer = observedOf(outcome);
    const isBound = outcome.kind === 'answered' && (outcome.replayed || outcome.remembered !== undefined);
    this.#witness.answered(operation, answer, isBound);
    operation.answer ??= answer;
    this.answered += 1;
    this.#forget(operation);
  }
}
