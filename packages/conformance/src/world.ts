import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { firstLeaf, memberAt, parseJson, varied, withMember } from './json-text.ts';
import { isInFlight } from './judge/refusals.ts';
import type { EffectMeter } from './oracle/effect-meter.ts';
import type { Pace } from './pace.ts';
import type { Plan } from './plan.ts';
import type { Profile } from './profiles/profile-shape.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Subject } from './subject.ts';
import { headerOf } from './wire/answer.ts';
import { type Call, withBody, withHeader } from './wire/call.ts';
import { exchange, type Manner, type Outcome, whole } from './wire/exchange.ts';
import { paymentHeaderOf, withKey } from './wire/key-place.ts';

/** How many broken connections are followed by another attempt. */
const brokenMax = 5;

/** A request that was sent, for the report. */
export interface Sent {
  readonly call: Call;
  readonly manner: Manner;
  /** how many equal requests were sent together, including this one */
  readonly copies: number;
}

/** The tools of a check: it builds calls, sends them within the bounds of the run, and counts effects. */
export class World {
  readonly plan: Plan;
  readonly profile: Profile;
  readonly effects: EffectMeter;
  readonly random: SeededRandom;
  readonly subject: Subject | undefined;
  readonly #pace: Pace;
  readonly #userAgent: string;
  #checkId = 'start';
  #keys: string[] = [];
  #sent: Sent[] = [];

  constructor(parts: {
    readonly plan: Plan;
    readonly profile: Profile;
    readonly effects: EffectMeter;
    readonly random: SeededRandom;
    readonly subject: Subject | undefined;
    readonly pace: Pace;
    readonly userAgent: string;
  }) {
    this.plan = parts.plan;
    this.profile = parts.profile;
    this.effects = parts.effects;
    this.random = parts.random;
    this.subject = parts.subject;
    this.#pace = parts.pace;
    this.#userAgent = parts.userAgent;
  }

  /** Starts the record of a check: its keys depend on the seed and on its id alone. */
  begin(checkId: string): void {
    this.#checkId = checkId;
    this.#keys = [];
    this.#sent = [];
  }

  /** What the check has sent so far. */
  get sent(): readonly Sent[] {
    return this.#sent;
  }

  /** The keys of the check so far. */
  get keys(): readonly string[] {
    return this.#keys;
  }

  /** How many requests were sent since the start. */
  get requests(): number {
    return this.#pace.sent;
  }

  /** The request as the user gave it, without a key. */
  get base(): Call {
    const { url, method, headers, payment, body } = this.plan;
    return {
      origin: new URL(url.origin),
      method,
      target: `${url.pathname}${url.search}`,
      headers: [...headers, ...payment],
      body,
    };
  }

  newKey(): string {
    const uuid = this.random.uuid(`${this.#checkId} ${this.#keys.length}`);
    const key = `${this.profile.keyPrefix}${uuid}`;
    this.#keys.push(key);
    return key;
  }

  /** The request under a new key. */
  async fresh(): Promise<Call> {
    return await this.under(this.newKey());
  }

  /** The request under a key, with a new payment if a command makes one. */
  async under(key: string, call: Call = this.base): Promise<Call> {
    return withKey(await this.#paid(call), this.profile.keyPlace, key);
  }

  /** Whether the request has a member that can be changed. */
  get isVariable(): boolean {
    return this.#varyPath() !== undefined;
  }

  /** Another request: a call in which one member of the body has another value. */
  varied(call: Call, by = 1): Call {
    const path = this.#varyPath() ?? [];
    const document = parseJson(call.body.toString());
    return withBody(call, JSON.stringify(withMember(document, path, varied(memberAt(document, path), by))));
  }

  /** Sends a call. */
  async send(call: Call, manner: Manner = whole): Promise<Outcome> {
    await this.#pace.turn();
    this.#sent.push({ call, manner, copies: 1 });
    return await this.#exchange(call, manner);
  }

  /** Sends calls at the same time. */
  async sendTogether(calls: readonly Call[]): Promise<readonly Outcome[]> {
    await this.#pace.turn(calls.length);
    for (const call of new Set(calls)) {
      this.#sent.push({ call, manner: whole, copies: calls.filter((other) => other === call).length });
    }
    return await Promise.all(calls.map((call) => this.#exchange(call, whole)));
  }

  /** Sends a call until its key is no longer in progress. Returns the last outcome if that takes too long. */
  async untilFinal(call: Call): Promise<Outcome> {
    const deadlineMs = performance.now() + this.plan.limits.patienceMs;
    let waitMs = 20;
    let broken = 0;
    for (;;) {
      const outcome = await this.send(call);
      broken += outcome.kind === 'broken' ? 1 : 0;
      // An API that is gone is not a key in progress.
      if (broken > brokenMax) return outcome;
      const isOpen =
        outcome.kind === 'broken' ||
        (outcome.kind === 'answered' && isInFlight(outcome.answer, this.profile));
      if (!isOpen || performance.now() + waitMs > deadlineMs) return outcome;
      const asked =
        outcome.kind === 'answered' ? Number(headerOf(outcome.answer, 'retry-after') ?? 0) * 1000 : 0;
      await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(waitMs, asked || 0), 2_000)));
      waitMs = Math.min(waitMs * 2, 1_000);
    }
  }

  #varyPath(): readonly string[] | undefined {
    return this.plan.vary ?? firstLeaf(parseJson(this.plan.body.toString()));
  }

  async #paid(call: Call): Promise<Call> {
    const { paymentCommand } = this.plan;
    if (paymentCommand === undefined) return call;
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', paymentCommand], { timeout: 10_000 });
    return withHeader(call, paymentHeaderOf(call)?.[0] ?? 'PAYMENT-SIGNATURE', stdout.trim());
  }

  #exchange(call: Call, manner: Manner): Promise<Outcome> {
    this.effects.touch();
    return exchange(call, manner, { timeoutMs: this.plan.limits.timeoutMs, userAgent: this.#userAgent });
  }
}
