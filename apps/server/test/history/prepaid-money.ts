/** What is left of a grant: money that may be drawn, and money that holds reserve. */
interface OpenGrant {
  /** its place among the grants of the agent; earlier grants are drawn first */
  readonly number: number;
  readonly free: bigint;
  readonly held: bigint;
}

/** What a hold reserves of a grant. */
export interface HeldPart {
  readonly grant: number;
  readonly stroops: bigint;
}

/** The most grants with money left, as the documentation states it. */
export const openGrantsMax = 100;

/** The prepaid money of a modelled agent. It never changes: each function returns another. */
export class PrepaidMoney {
  readonly #grants: readonly OpenGrant[];
  readonly #made: number;

  constructor(grants: readonly OpenGrant[] = [], made = 0) {
    this.#grants = grants;
    this.#made = made;
  }

  get available(): bigint {
    return this.#grants.reduce((sum, { free }) => sum + free, 0n);
  }

  get held(): bigint {
    return this.#grants.reduce((sum, { held }) => sum + held, 0n);
  }

  /** Whether no further grant is possible until one is used up. */
  get isFull(): boolean {
    return this.#grants.length >= openGrantsMax;
  }

  granted(stroops: bigint): PrepaidMoney {
    const number = this.#made + 1;
    return new PrepaidMoney([...this.#grants, { number, free: stroops, held: 0n }], number);
  }

  /** Without money that is available, which the caller has checked. */
  drawn(stroops: bigint): PrepaidMoney {
    return this.#taken(stroops, (grant, part) => ({ ...grant, free: grant.free - part })).money;
  }

  /** Reserves money that is available, which the caller has checked. */
  reserved(stroops: bigint): { readonly money: PrepaidMoney; readonly parts: readonly HeldPart[] } {
    return this.#taken(stroops, (grant, part) => ({
      ...grant,
      free: grant.free - part,
      held: grant.held + part,
    }));
  }

  /** Ends a reservation and draws money: first that of the reservation, then as usual. */
  captured(parts: readonly HeldPart[], stroops: bigint): PrepaidMoney {
    let left = stroops;
    const grants = this.#grants.map((grant) => {
      const part = parts.find(({ grant: number }) => number === grant.number)?.stroops ?? 0n;
      const drawn = least(part, left);
      left -= drawn;
      return { ...grant, held: grant.held - part, free: grant.free + part - drawn };
    });
    return this.#with(grants).drawn(left);
  }

  toString(): string {
    return this.#grants.map(({ number, free, held }) => `${number}:${free}+${held}`).join(',');
  }

  #taken(stroops: bigint, change: (grant: OpenGrant, part: bigint) => OpenGrant) {
    let left = stroops;
    const parts: HeldPart[] = [];
    const grants = this.#grants.map((grant) => {
      const part = least(grant.free, left);
      if (part === 0n) return grant;
      left -= part;
      parts.push({ grant: grant.number, stroops: part });
      return change(grant, part);
    });
    return { money: this.#with(grants), parts };
  }

  /** A grant that is used up is open no more. */
  #with(grants: readonly OpenGrant[]): PrepaidMoney {
    return new PrepaidMoney(
      grants.filter(({ free, held }) => free + held > 0n),
      this.#made,
    );
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
