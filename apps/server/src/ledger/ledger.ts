import { setTimeout as sleep } from 'node:timers/promises';
import { weighedWith } from '../domain/command.ts';
import { type FaultFacts, factsOf } from '../fault-facts.ts';
import { type Batch, type BatchExecutor, itemsOf } from './batch-executor.ts';
import { FairQueue, type Queued } from './fair-queue.ts';
import { LearnedWeights } from './learned-weights.ts';
import {
  creditItemsPerTurn,
  expectedTurns,
  heavyOwed,
  type LedgerLimits,
  type LedgerParts,
  type LedgerState,
  ledgerLimitsDefault,
  type OnDecided,
  type OnTimed,
  type PassTurn,
  type Submits,
  turnMs,
  type WriteTimes,
} from './ledger-parts.ts';
import type { RecentReplays } from './recent-replays.ts';
import { SetAside } from './set-aside.ts';
import type { Outcome, Submission } from './submission.ts';

const noFacts: FaultFacts = { message: 'the batch has no outcome for this submission' };

/** The lane for the reports of deliveries. No tenant has this name. */
const reportsLane = ' reports';

interface Waiting extends Queued {
  readonly submission: Submission;
  readonly submittedAtMs: number;
  readonly onTimed: OnTimed | undefined;
  readonly answer: (outcome: Outcome) => void;
}

/** Submissions that went to the writer together. */
interface Taken {
  /** whether its answer ends a turn of the queue */
  readonly endsTurn: boolean;
  readonly waiting: readonly Waiting[];
  readonly weight: number;
  readonly batch: { readonly items: number };
  readonly takenAtMs: number;
}

/**
 * The write path: submissions wait in a fair queue and go to the writer when it can take them; those that reach it
 * during a commit become its next batch. An idle ledger begins immediately: no timer holds anything back.
 */
export class Ledger {
  readonly #executor: BatchExecutor;
  readonly #nowMs: () => number;
  readonly #limits: LedgerLimits;
  readonly #onDecided: OnDecided;
  readonly #queue: FairQueue<Waiting>;
  readonly #passTurn: PassTurn;
  readonly #weights = new LearnedWeights();
  readonly #replays: RecentReplays | undefined;
  /** heavy commands that the heavy lane carries out; `undefined` if there is none */
  readonly #aside: SetAside<Waiting> | undefined;
  #inFlightItems = 0;
  #isScheduled = false;
  /** submissions since the last dispatch, and whether there was one in this turn of the loop */
  #submittedSince = 0;
  #hasDispatched = false;
  #isPassing = false;
  #isAnnounced = false;
  #isClosing = false;
  #onDrained: (() => void) | undefined;

  constructor(executor: BatchExecutor, parts: LedgerParts) {
    this.#executor = executor;
    this.#nowMs = parts.nowMs;
    this.#onDecided = parts.onDecided ?? (() => undefined);
    this.#passTurn = parts.passTurn ?? (() => sleep(turnMs));
    this.#replays = parts.replays;
    this.#limits = { ...ledgerLimitsDefault, ...parts.limits };
    const { heavyLane } = parts;
    this.#aside =
      heavyLane &&
      new SetAside(
        (group) => this.#carryOut(group, heavyLane),
        (lane) => this.#goOn(lane),
      );
    const { queuedItemsMax, inFlightItemsMax, heavyItemsMin } = this.#limits;
    this.#queue = new FairQueue({
      queuedMax: queuedItemsMax,
      takenMax: inFlightItemsMax,
      heavyFrom: heavyItemsMin,
      heavyOwed,
      creditPerTurn: creditItemsPerTurn,
      expectedTurns,
    });
  }

  /** Whether it is not about to close. */
  get isOpen(): boolean {
    return !this.#isAnnounced && !this.#isClosing;
  }

  /** The items that are waiting and those with the writer, each with the capacity. */
  get state(): LedgerState {
    const { queuedItemsMax: queueSlots, inFlightItemsMax: inFlightSlots } = this.#limits;
    const queuedItems = this.#queue.weight;
    const queueUsedRatio = queuedItems / queueSlots;
    return { queuedItems, queueSlots, queueUsedRatio, inFlightItems: this.#inFlightItems, inFlightSlots };
  }

  /** Whether there is room for another write of a tenant. */
  hasRoom(tenant: string): boolean {
    return this.#queue.hasRoom(tenant);
  }

  /** Announces that it will close, so that others send their work elsewhere; submissions are still accepted. */
  announceClosing(): void {
    this.#isAnnounced = true;
  }

  /** The outcome of a command that is a replay from memory; `undefined` for one that must be submitted. */
  replay(submission: Submission): Outcome | undefined {
    if (this.#isClosing) return undefined;
    const replay = this.#replays?.find(submission, this.#nowMs());
    if (replay !== undefined) this.#onDecided(submission, replay);
    return replay;
  }

  /** Submits a command. Resolves once its outcome is on disk, and never rejects. */
  submit(submission: Submission, onTimed?: OnTimed): Promise<Outcome> {
    if (this.#isClosing)
      return Promise.resolve({
        kind: 'fault',
        code: 'shutting_down',
        facts: { message: 'the ledger drains' },
      });
    const replay = this.replay(submission);
    if (replay !== undefined) return Promise.resolve(replay);
    return new Promise((answer) => {
      const { tenant, command } = submission;
      // The report of a worker: a message whose outcome is not recorded would be sent again. The outbox limits the
      // number of reports.
      const isReserved = command.kind === 'report_delivery';
      const weight = isReserved ? 1 : this.#weights.weightOf(tenant, command);
      const lane = isReserved ? reportsLane : tenant;
      const submittedAtMs = performance.now();
      if (!this.#queue.offer({ lane, weight, isReserved, submission, answer, onTimed, submittedAtMs })) {
        answer({ kind: 'fault', code: 'overloaded', facts: { message: 'the queue is full' } });
        return;
      }
      this.#schedule();
      this.#submittedSince += 1;
      if (this.#submittedSince >= this.#limits.dispatchAt) this.#dispatch();
    });
  }

  /** Accepts nothing more, and resolves when everything that was accepted has its outcome. */
  drain(): Promise<void> {
    this.#isClosing = true;
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }

  get #isIdle(): boolean {
    return this.#inFlightItems === 0 && this.#queue.isEmpty && this.#aside?.isEmpty !== false;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // This is not a delay: it collects everything that the sockets have delivered in this turn of the loop.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#dispatch();
      this.#hasDispatched = false;
    });
  }

  #dispatch(): void {
    this.#submittedSince = 0;
    if (!this.#queue.hasReady || this.#inFlightItems >= this.#limits.inFlightItemsMax) return;
    const waiting = this.#queue.take();
    if (waiting.length === 0) {
      this.#passTurnWhenIdle();
      return;
    }
    if (this.#isSetAside(waiting)) return;
    const weight = waiting.reduce((sum, element) => sum + element.weight, 0);
    this.#inFlightItems += weight;
    this.#aside?.sent(waiting);
    const batch: Batch = {
      submissions: waiting.map(({ submission }) => submission),
      nowMs: this.#nowMs(),
    };
    // Everything that is dispatched in a turn of the loop counts as one turn of the queue, so that smaller batches do
    // not pay off more debt.
    const endsTurn = !this.#hasDispatched;
    this.#hasDispatched = this.#isScheduled;
    const takenAtMs = performance.now();
    const taken: Taken = { waiting, weight, endsTurn, batch: { items: itemsOf(batch) }, takenAtMs };
    this.#executor
      .execute(batch)
      .then((outcomes) => this.#answer(taken, outcomes))
      .catch((error: unknown) => this.#answer(taken, [], factsOf(error)));
  }

  /**
   * All waiting lanes have too much debt, and others are expected. If a batch is with the writer, its end ends the
   * turn.
   */
  #passTurnWhenIdle(): void {
    if (this.#inFlightItems > 0 || this.#isPassing) return;
    this.#isPassing = true;
    const end = () => {
      this.#isPassing = false;
      this.#queue.endTurn();
      this.#dispatch();
    };
    this.#passTurn().then(end, end);
  }

  #answer(
    { waiting, weight, endsTurn, batch, takenAtMs }: Taken,
    outcomes: readonly Outcome[],
    facts = noFacts,
  ): void {
    this.#inFlightItems -= weight;
    if (endsTurn) this.#queue.endTurn();
    const answeredAtMs = performance.now();
    // The writer gets its next work before these answers are written: it never waits for the sockets.
    this.#dispatch();
    for (const [index, element] of waiting.entries()) {
      const outcome: Outcome = outcomes[index] ?? { kind: 'fault', code: 'outcome_unknown', facts };
      if (this.#isQueuedAgain(element, outcome)) continue;
      const { submittedAtMs } = element;
      this.#end(element, outcome, { submittedAtMs, takenAtMs, answeredAtMs, batch });
    }
    this.#aside?.answered(waiting);
    if (this.#isIdle) this.#onDrained?.();
  }

  #end({ answer, submission, onTimed }: Waiting, outcome: Outcome, times: WriteTimes | undefined): void {
    this.#weights.learn(submission, outcome);
    this.#replays?.note(submission, outcome);
    if (times !== undefined) onTimed?.(times);
    answer(outcome);
    this.#onDecided(submission, outcome);
  }

  /**
   * Sends heavy commands of a tenant to the heavy lane. What the tenant has queued after them waits for their end: it
   * could wait for their locks in the storage, and everything else with it. Returns whether the group is set aside.
   */
  #isSetAside(group: readonly Waiting[]): boolean {
    const [first] = group;
    if (this.#aside === undefined || first === undefined || first.weight < this.#limits.heavyItemsMin)
      return false;
    this.#queue.hold(first.lane);
    this.#aside.add(first.lane, group);
    this.#schedule();
    return true;
  }

  async #carryOut(group: readonly Waiting[], heavyLane: Submits): Promise<void> {
    const ended = group.map(async (element) => {
      let times: WriteTimes | undefined;
      const { submission, submittedAtMs } = element;
      const outcome = await heavyLane.submit(submission, (measured) => {
        times = { ...measured, submittedAtMs };
      });
      this.#end(element, outcome, times);
    });
    await Promise.all(ended);
  }

  /** The commands that a tenant has queued after its heavy ones get their turn again. */
  #goOn(lane: string): void {
    this.#queue.release(lane);
    this.#schedule();
    if (this.#isIdle) this.#onDrained?.();
  }

  /**
   * Queues a command again if it was too heavy for its batch, with its real weight, or if lapsed holds of its agent
   * must be recorded first; returns whether it did.
   */
  #isQueuedAgain(element: Waiting, outcome: Outcome): boolean {
    if (outcome.kind !== 'fault') return false;
    if (outcome.waitsForLapses === true) {
      // It was accepted, so it is not refused now. Each commit that it waits for records some lapses.
      this.#queue.offer({ ...element, isReserved: true });
      this.#schedule();
      return true;
    }
    if (outcome.touched === undefined) return false;
    const command = weighedWith(element.submission.command, outcome.touched);
    const submission = { ...element.submission, command };
    const weight = this.#weights.weightOf(submission.tenant, command);
    if (!this.#queue.offer({ ...element, submission, weight })) return false;
    this.#schedule();
    return true;
  }
}
