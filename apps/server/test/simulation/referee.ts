import { isDeepStrictEqual } from 'node:util';
import type { BatchChanges } from '../../src/ledger/storage-port.ts';
import { type Outcome, recordName, type Submission } from '../../src/ledger/submission.ts';
import type { Observed } from '../model/books.ts';
import { observedOf } from '../model/in-process.ts';
import { booksOf, type Model, mismatch } from '../model/model.ts';
import type { Sent } from '../model/write.ts';
import type { SentOperation } from './client.ts';
import type { SimulatedDatabase } from './database.ts';
import { MoneyCheck } from './money-check.ts';
import { eventIdsOf } from './rows.ts';
import type { Referee } from './server.ts';
import { plantedRejection } from './storage.ts';
import { FirstViolation, hold } from './violation.ts';
import type { World } from './world.ts';

/** The parts of an answer that are replayed. */
interface Given {
  readonly status: number;
  readonly text: string;
}

/** Checks every commit and every answer against the promises immediately. */
export class WorldReferee implements Referee {
  readonly #world: World;
  readonly #database: SimulatedDatabase;
  /** the same books in the simple form of the model */
  model: Model;
  readonly money = new MoneyCheck();
  readonly first = new FirstViolation();
  /** the sent operations, by the actor of their submission */
  readonly #sent = new Map<unknown, Sent>();
  /** an operation sent under a key, by the name of its record */
  readonly #byKey = new Map<string, Sent>();
  /** keys that had an effect, and their first answers */
  #effects = new Map<string, Given>();
  #acknowledged = new Map<string, string>();
  #lastEventId = new Map<string, string>();
  readonly #judged = new WeakSet<Outcome>();
  #saved: { readonly effects: Map<string, Given>; readonly model: Model } | undefined;
  readonly counts = { commits: 0, decided: 0, replays: 0, answers: 0, lost: 0 };

  constructor(world: World, database: SimulatedDatabase, model: Model) {
    this.#world = world;
    this.#database = database;
    this.model = model;
  }

  note({ sent, submission }: SentOperation): void {
    const { actor, tenant, key } = submission;
    this.#sent.set(actor, sent);
    if (key !== undefined) this.#byKey.set(recordName(tenant, key), sent);
  }

  readonly onApplied = (changes: BatchChanges): void => this.first.watch(() => this.#applied(changes));

  #applied(changes: BatchChanges): void {
    this.counts.commits += 1;
    for (const made of changes.records) {
      const name = recordName(made.tenant, made);
      hold(!this.#effects.has(name), 'one effect per key', () => `a second one under ${name}`);
      this.#effects.set(name, { status: made.answer.status, text: '' });
    }
    for (const [tenant, own] of changes.tenants) {
      this.money.applied(tenant, own, this.#database.rows(tenant));
      const ids = eventIdsOf(own);
      const last = this.#lastEventId.get(tenant) ?? '';
      hold(
        ids.every((id) => id > last),
        'followers see every event once',
        () => `an event is below ${last}`,
      );
      hold(
        new Set(ids).size === ids.length,
        'followers see every event once',
        () => 'two events have one id',
      );
      const next = ids.at(-1);
      if (next !== undefined) this.#lastEventId.set(tenant, next);
    }
  }

  decided(submission: Submission, outcome: Outcome, nowMs: number): void {
    this.first.watch(() => this.#decided(submission, outcome, nowMs));
  }

  /** The writer does not decide what is answered from memory. */
  replayed(submission: Submission, outcome: Outcome, isIdle: boolean): void {
    if (outcome.kind === 'fault' || this.#judged.has(outcome)) return;
    // A commit that the process has not learned of yet may have evicted it: the replay then comes before that commit.
    if (isIdle) this.first.watch(() => this.#holdKept(submission));
    this.decided(submission, outcome, this.model.nowMs);
  }

  #decided(submission: Submission, outcome: Outcome, nowMs: number): void {
    this.#judged.add(outcome);
    if (outcome.kind === 'fault') {
      holdFault(outcome);
      return;
    }
    this.counts.decided += 1;
    if (outcome.kind === 'answered' && outcome.replayed) this.counts.replays += 1;
    if (submission.command.kind === 'pass_time' || submission.command.kind === 'report_delivery') return;
    const sent = this.#sent.get(submission.actor);
    hold(sent !== undefined, 'isolation', () => 'something was decided that no one sent');
    const observed = observedOf(outcome);
    this.#holdAgainstEffect(submission, observed);
    if (this.#world.shape.clocks === 'wild') {
      this.#keepModel(sent, observed, nowMs);
      return;
    }
    hold(nowMs === this.model.nowMs, 'the time of a batch', () => `${nowMs}, not ${this.model.nowMs}`);
    this.#noteGone();
    const wrong = mismatch(this.model, sent, observed, new Map());
    hold(wrong === undefined, 'answers are those of the model', () =>
      JSON.stringify({ sent, observed, expected: wrong }, bigints, 1),
    );
    this.#learnIds(sent);
  }

  /** A replay equals the first answer byte for byte. */
  #holdAgainstEffect({ tenant, key }: Submission, { isReplayed, status, text }: Observed): void {
    if (key === undefined || status === 0) return;
    const name = recordName(tenant, key);
    const first = this.#effects.get(name);
    if (!isReplayed) {
      if (first !== undefined && first.text === '') this.#effects.set(name, { status, text });
      return;
    }
    hold(first !== undefined, 'equal answers', () => `${name} was replayed, and never had an effect`);
    if (first.text === '') this.#effects.set(name, { status, text });
    else
      hold(
        isDeepStrictEqual(first, { status, text }),
        'equal answers',
        () => `${name}: ${text} for ${first.text}`,
      );
  }

  /**
   * If clocks disagree, a hold may have ended for one of them only: the model merely helps to draw the next operations.
   */
  #keepModel(sent: Sent, observed: Observed, nowMs: number): void {
    this.model.nowMs = nowMs;
    mismatch(this.model, sent, observed, new Map());
    this.#learnIds(sent);
  }

  /** Evicted answers may be deleted in the model too. */
  #noteGone(): void {
    const gone = this.#database.goneAnswers();
    for (const name of gone) {
      const sent = this.#byKey.get(name);
      const known = sent && this.model.keys.get(`${sent.tenant} ${sent.key}`);
      if (known !== undefined) known.mayAnswerBeGone = true;
    }
  }

  /** A replay from memory must be one that the database would still give. */
  #holdKept({ tenant, key }: Submission): void {
    if (key === undefined || this.#world.shape.clocks === 'wild') return;
    const isGone = this.#database.isAnswerGone(recordName(tenant, key));
    hold(!isGone, 'an evicted answer is gone', () => 'it was replayed from memory');
  }

  /** A client sees the ids of a bulk's entries only in a list. */
  #learnIds({ tenant }: Sent): void {
    const rows = this.#database.rows(tenant);
    for (const account of booksOf(this.model, tenant).accounts.values()) {
      const entries = rows.entries.get(`${account.agent} ${account.serviceId}`) ?? [];
      for (const [index, entry] of account.entries.entries()) entry.id ??= entries[index]?.id;
    }
  }

  /** Called when an answer has reached a client. */
  answered({ submission }: SentOperation, { text }: Observed, isBound: boolean): void {
    this.counts.answers += 1;
    const { tenant, key } = submission;
    if (key === undefined || !isBound) return;
    const name = recordName(tenant, key);
    // The sweep has forgotten it since, or the disk has lost it.
    if (!this.#effects.has(name)) return;
    const before = this.#acknowledged.get(name);
    hold(before === undefined || before === text, 'equal answers', () => `${name}: ${text} for ${before}`);
    this.#acknowledged.set(name, text);
    this.#holdAcknowledged(name);
  }

  /** Everything that was acknowledged must still be in the books. */
  holdAcknowledged(): void {
    for (const name of this.#acknowledged.keys()) this.#holdAcknowledged(name);
  }

  #holdAcknowledged(name: string): void {
    const isKept = this.#database.record(name) !== undefined;
    hold(isKept, 'acknowledged is durable', () => `${name} was answered, and is not in the books`);
  }

  /** Keys that the sweep has forgotten may be used again. */
  swept(): void {
    for (const name of [...this.#effects.keys()]) {
      if (this.#database.record(name) !== undefined) continue;
      this.#effects.delete(name);
      this.#acknowledged.delete(name);
    }
  }

  /** Remembers the current state: the disk keeps it and loses everything later. */
  beginLie(): void {
    this.#saved = { effects: new Map(this.#effects), model: structuredClone(this.model) };
  }

  endLie(): void {
    this.#saved = undefined;
  }

  /** The disk has lost commits that it had acknowledged. The remaining state must be consistent. */
  lostPower(): void {
    if (this.#saved === undefined) return;
    const { effects, model } = this.#saved;
    this.#saved = undefined;
    this.counts.lost += this.#effects.size - effects.size;
    this.#effects = effects;
    const { nowMs } = this.model;
    this.model = model;
    this.model.nowMs = nowMs;
    for (const name of [...this.#acknowledged.keys()])
      if (!effects.has(name)) this.#acknowledged.delete(name);
    this.#lastEventId = new Map(
      this.#database.tenants.map((tenant) => [tenant, this.#database.rows(tenant).eventIds.at(-1) ?? '']),
    );
    for (const tenant of this.#database.tenants) this.money.restore(tenant, this.#database.rows(tenant));
  }
}

/** A fault that the world did not cause is a defect: a decision threw. */
function holdFault({ code, facts }: Outcome & { readonly kind: 'fault' }): void {
  const isPlanted = code !== 'internal_error' || facts.message === plantedRejection;
  hold(isPlanted, 'the server has no defects', () => facts.message ?? code);
}

function bigints(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
