import { compileValidator, UsageItem } from '@billonce/contract';
import { sha256 } from '@billonce/idempotency/core';
import { instantNs } from '../../domain/timestamps.ts';
import { judgeOccurrence } from '../../domain/usage.ts';
import type { ItemResult, SentBulk } from './usage-client.ts';

/** The number of items that are kept to be shown. */
const shownMax = 10;
/** The number of ids that are remembered; after that, a repeated id is not noticed. */
const idsMax = 1_000_000;
const digestLength = 16;

const validate = compileValidator(UsageItem);

/**
 * Acts as a server with empty books. It judges items by the contract, their times and their ids. It cannot know what
 * only real books contain, such as a disabled service.
 */
export class DryServer {
  readonly #nowMs: number;
  readonly #shown: UsageItem[] = [];
  readonly #digests = new Map<string, string>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  /** The first items that would be sent. */
  get shown(): readonly UsageItem[] {
    return this.#shown;
  }

  sendBulk(items: readonly UsageItem[]): Promise<SentBulk> {
    return Promise.resolve({ kind: 'answered', results: items.map((item) => this.#judge(item)) });
  }

  #judge(item: UsageItem): ItemResult {
    const validated = validate(item);
    if (validated.kind === 'invalid') {
      const message = validated.faults.map(({ pointer, message: said }) => `${pointer} ${said}`).join('; ');
      return { ok: false, error: 'invalid_item', message };
    }
    const occurrence = judgeOccurrence(
      item.occurredAt === undefined ? undefined : instantNs(item.occurredAt),
      this.#nowMs,
    );
    if (occurrence !== 'accepted') {
      const message = `occurredAt is ${item.occurredAt}`;
      return { ok: false, error: occurrence, message };
    }
    const known = this.#isKnown(item);
    if (known === 'other')
      return {
        ok: false,
        error: 'usage_id_conflict',
        message: 'an earlier row has this id, and is different',
      };
    if (known === 'same') return { ok: true, status: 'duplicate' };
    if (this.#shown.length < shownMax) this.#shown.push(item);
    return { ok: true, status: 'recorded' };
  }

  #isKnown({ id, agent, serviceId, requests, quantity, occurredAt }: UsageItem): 'no' | 'same' | 'other' {
    if (id === undefined) return 'no';
    const digest = sha256(JSON.stringify([agent, serviceId, requests ?? quantity, occurredAt])).slice(
      0,
      digestLength,
    );
    const before = this.#digests.get(id);
    if (before === undefined && this.#digests.size < idsMax) this.#digests.set(id, digest);
    return before === undefined ? 'no' : before === digest ? 'same' : 'other';
  }
}
