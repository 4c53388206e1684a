/** A larger body leaves a quarter of the room for small ones. */
const smallBytesMax = 65_536;

interface TenantBodies {
  readonly lane: string;
  bytes: number;
  bodies: number;
}

/**
 * The memory for request bodies that are being received or processed. A single tenant may take half of it, and with
 * more tenants each gets less, so a second one always finds room. One body of each tenant may be as large as the
 * contract allows.
 */
export class BodyRoom {
  readonly #bytesMax: number;
  readonly #lanes = new Map<string, TenantBodies>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes that are in use. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes in use, by tenant; without those of the operator. */
  byTenant(): ReadonlyMap<string, number> {
    const named = [...this.#lanes].filter(([lane]) => lane !== '');
    return new Map(named.map(([lane, { bytes }]) => [lane, bytes]));
  }

  /** A place for a body; its owner must release it. */
  place(lane: string): BodyPlace {
    let own = this.#lanes.get(lane);
    if (own === undefined) {
      own = { lane, bytes: 0, bodies: 0 };
      this.#lanes.set(lane, own);
    }
    own.bodies += 1;
    return new BodyPlace(this, own);
  }

  /** Takes more for a body that has taken some; only for `BodyPlace`. */
  take(own: TenantBodies, taken: number, bytes: number): boolean {
    const most = taken + bytes > smallBytesMax ? (this.#bytesMax / 4) * 3 : this.#bytesMax;
    const share = this.#bytesMax / (this.#lanes.size + 1);
    if (this.#bytes + bytes > most) return false;
    if (own.bodies > 1 && own.bytes + bytes > share) return false;
    own.bytes += bytes;
    this.#bytes += bytes;
    return true;
  }

  /** Gives back what a body has taken; only for `BodyPlace`. */
  giveBack(own: TenantBodies, taken: number): void {
    own.bodies -= 1;
    own.bytes -= taken;
    this.#bytes -= taken;
    if (own.bodies === 0) this.#lanes.delete(own.lane);
  }
}

/** The room that one body takes. */
export class BodyPlace {
  readonly #room: BodyRoom;
  readonly #own: TenantBodies;
  #taken = 0;
  #isReleased = false;

  constructor(room: BodyRoom, own: TenantBodies) {
    this.#room = room;
    this.#own = own;
  }

  /** Extends the place to a number of bytes, if there is room; returns whether there was. */
  reach(bytes: number): boolean {
    if (bytes <= this.#taken) return true;
    if (this.#isReleased || !this.#room.take(this.#own, this.#taken, bytes - this.#taken)) return false;
    this.#taken = bytes;
    return true;
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#room.giveBack(this.#own, this.#taken);
  }
}
