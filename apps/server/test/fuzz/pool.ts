/** Words by which one member asks for what another one told. */
const sources: Readonly<Record<string, readonly string[]>> = {
  cursor: ['nextCursor'],
  expectedStroops: ['billedStroops'],
  'if-match': ['etag'],
  prefix: ['prefix', 'oldPrefix'],
  settlementId: ['settlementId', 'settlements/id'],
};
const valuesMax = 30;

/** What a server told in its answers, by the names of the members: so that requests speak of things that exist. */
export class Pool {
  readonly #values = new Map<string, unknown[]>();
  readonly #spared: ReadonlySet<string>;
  #harvests = 0;

  /** @param spared values that no request may name, such as the key that requests are sent with */
  constructor(spared: readonly string[]) {
    this.#spared = new Set(spared);
  }

  /** Remembers the plain members of an answer, those of its lists included. */
  harvest(answer: unknown, collection: string): void {
    if (typeof answer !== 'object' || answer === null) return;
    for (const [name, value] of Object.entries(answer)) {
      if (typeof value === 'object') this.harvest(value, collection);
      else if (typeof value === 'string' || typeof value === 'number') this.add(name, collection, value);
    }
  }

  add(name: string, collection: string, value: unknown): void {
    if (this.#spared.has(String(value))) return;
    for (const key of [name, `${collection}/${name}`]) {
      const known = this.#values.get(key) ?? [];
      if (known.includes(value)) continue;
      // What came first stays for the most part: it is what later things were made of.
      if (known.length < valuesMax) known.push(value);
      else known[(this.#harvests++ % 7) + valuesMax - 7] = value;
      this.#values.set(key, known);
    }
  }

  /** What is known under a name; of an `id`, only those of the collection that is asked for. */
  known(name: string, collection: string): readonly unknown[] {
    const ownNames = name === 'id' ? [`${collection}/id`] : (sources[name] ?? [name]);
    return ownNames.flatMap((own) => this.#values.get(own) ?? []);
  }
}

/** The collection that a path is of: `entries` of `/api/v1/entries/{id}`. */
export function collectionOf(path: string): string {
  return path.split('/')[3] ?? '';
}
