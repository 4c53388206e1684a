/** The limits on deliveries that are under way, or whose outcome is not recorded yet. */
export interface PlacesLimits {
  readonly all: number;
  readonly perTenant: number;
  /** the share of a webhook that answers quickly */
  readonly perWebhook: number;
  /** of all webhooks that are not known to answer quickly, so that the others always find a place */
  readonly unproven: number;
  readonly unprovenPerTenant: number;
  /** of all webhooks that are known not to, so that one that was not tried yet finds a place too */
  readonly slow: number;
}

const limitsDefault: PlacesLimits = {
  all: 64,
  perTenant: 16,
  perWebhook: 8,
  unproven: 32,
  unprovenPerTenant: 4,
  slow: 24,
};
/** An attempt that holds its place longer than this is slow, regardless of its outcome. */
const slowMs = 1_000;
const firstShare = 2;
const slowShare = 1;
/** The number of webhooks whose share is remembered. A forgotten one starts again as unproven. */
const rememberedMax = 10_000;

/** How a webhook answered the last time. */
interface Standing {
  readonly share: number;
  readonly isProven: boolean;
  /** whether it did not accept the message */
  readonly isFailing: boolean;
}

const unknown: Standing = { share: firstShare, isProven: false, isFailing: false };

/** A place that was taken, to be given back. */
export interface Place {
  release(): void;
}

/**
 * Divides the places of deliveries among tenants and webhooks. A webhook starts with a small share. Each message that
 * it accepts quickly doubles the share; a slow answer or a failed attempt reduces it to one place. So a receiver that
 * lets deliveries hang holds few places, and one that refuses them, however quickly, costs few attempts.
 */
export class Places {
  readonly #limits: PlacesLimits;
  readonly #standings = new Map<string, Standing>();
  readonly #taken = new Counts();
  readonly #unproven = new Counts();
  readonly #slow = new Counts();

  constructor(limits: PlacesLimits = limitsDefault) {
    this.#limits = limits;
  }

  /** Places that are taken, by tenant. */
  byTenant(): ReadonlyMap<string, number> {
    return this.#taken.startingWith(ofTenant(''));
  }

  /** Whether any place is free. */
  get hasRoom(): boolean {
    return this.#taken.all < this.#limits.all;
  }

  /** Whether enough places are free that no tenant must wait: as many as one tenant may take. */
  get isRoomy(): boolean {
    return this.#taken.all + this.#limits.perTenant <= this.#limits.all;
  }

  /** How many places a webhook may take now. */
  free(tenant: string, webhookId: string): number {
    const { all, perTenant, unproven, unprovenPerTenant, slow } = this.#limits;
    const { share, isProven } = this.#standing(webhookId);
    const taken = this.#taken;
    const left = [share - taken.of(webhookId), perTenant - taken.of(ofTenant(tenant)), all - taken.all];
    if (!isProven)
      left.push(unprovenPerTenant - this.#unproven.of(ofTenant(tenant)), unproven - this.#unproven.all);
    if (this.#isSlow(webhookId)) left.push(slow - this.#slow.all);
    return Math.max(0, Math.min(...left));
  }

  /** Takes all places that a webhook may take now. */
  takeFree(tenant: string, webhookId: string): Place[] {
    return Array.from({ length: this.free(tenant, webhookId) }, () => this.take(tenant, webhookId));
  }

  /** Takes a free place. */
  take(tenant: string, webhookId: string): Place {
    const names = [ofTenant(tenant), webhookId];
    const counts = [this.#taken];
    if (!this.#standing(webhookId).isProven) counts.push(this.#unproven);
    if (this.#isSlow(webhookId)) counts.push(this.#slow);
    for (const count of counts) count.add(names, 1);
    let isReleased = false;
    return {
      release: () => {
        if (isReleased) return;
        isReleased = true;
        for (const count of counts) count.add(names, -1);
      },
    };
  }

  /** Whether the receiver of a webhook did not accept its last message. */
  isFailing(webhookId: string): boolean {
    return this.#standing(webhookId).isFailing;
  }

  /**
   * Records how long an attempt held its place, and whether the message was accepted. This sets the share of its
   * webhook.
   */
  held(webhookId: string, ms: number, isDelivered: boolean): void {
    const { share } = this.#standing(webhookId);
    const isProven = isDelivered && ms < slowMs;
    const next = isProven ? Math.min(this.#limits.perWebhook, share * 2) : slowShare;
    this.#standings.delete(webhookId);
    this.#standings.set(webhookId, { share: next, isProven, isFailing: !isDelivered });
    const [oldest] = this.#standings.keys();
    if (this.#standings.size > rememberedMax && oldest !== undefined) this.#standings.delete(oldest);
  }

  /** Whether the webhook was tried, and did not accept its last message quickly. */
  #isSlow(webhookId: string): boolean {
    return this.#standings.get(webhookId)?.isProven === false;
  }

  #standing(webhookId: string): Standing {
    return this.#standings.get(webhookId) ?? unknown;
  }
}

/** The prefix of a tenant in the names of webhooks. */
function ofTenant(tenant: string): string {
  return `tenant ${tenant}`;
}

/** Counts by name, and in total. A name with count 0 is removed. */
class Counts {
  readonly #byName = new Map<string, number>();
  #all = 0;

  get all(): number {
    return this.#all;
  }

  of(name: string): number {
    return this.#byName.get(name) ?? 0;
  }

  /** The counts whose names start with a text, by the rest of their names. */
  startingWith(start: string): ReadonlyMap<string, number> {
    const found = [...this.#byName].filter(([name]) => name.startsWith(start));
    return new Map(found.map(([name, count]) => [name.slice(start.length), count]));
  }

  add(names: readonly string[], number: number): void {
    this.#all += number;
    for (const name of names) {
      const count = this.of(name) + number;
      if (count === 0) this.#byName.delete(name);
      else this.#byName.set(name, count);
    }
  }
}
