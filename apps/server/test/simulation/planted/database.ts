import { faultsOf, type PlantedFault } from './planted-fault.ts';

const simulation = 'apps/server/test/simulation';

/** The simulated database reads after it holds its locks. */
const lockThenLoad = `    const transaction = await this.#database.begin(tenants, this.#owner);
    try {
      await this.#step('load', transaction);
      const loaded = this.#database.load(wants);
`;

/** The same, but something was read before the locks. */
function loadThenLock(loaded: string): string {
  return `    const early = this.#database.load(wants);
    const withEarly = (part: string) => {
      const loaded = this.#database.load(wants);
      for (const [tenant, view] of loaded.tenants)
        for (const [name, row] of early.tenants.get(tenant)[part]) if (view[part].has(name)) view[part].set(name, row);
      return loaded;
    };
    await this.#world.pause('read', this.#owner);
    const transaction = await this.#database.begin(tenants, this.#owner);
    try {
      await this.#step('load', transaction);
      const loaded = ${loaded};
`;
}

/** The filled tiers as read before the lock, and everything else as read after it. */
const withEarlyTiers = `(() => {
        const now = this.#database.load(wants);
        for (const [tenant, { accounts }] of now.tenants)
          for (const [name, account] of accounts) {
            const { tierPeriod } = early.tenants.get(tenant).accounts.get(name) ?? {};
            accounts.set(name, { ...account, tierPeriod });
          }
        return now;
      })()`;

/** The protocol between the write path and its database. */
export const faultsOfTheDatabase: readonly PlantedFault[] = [
  ...faultsOf(`${simulation}/storage.ts`, {
    'a database whose transactions read before they lock': [lockThenLoad, loadThenLock('early')],
    'a total that is read outside of its lock': [lockThenLoad, loadThenLock('withEarly("accounts")')],
    'tiers that are read outside of their lock': [lockThenLoad, loadThenLock(withEarlyTiers)],
    'a limit that is read outside of its lock': [lockThenLoad, loadThenLock('withEarly("limitCounters")')],
    'a balance that is read outside of its lock': [lockThenLoad, loadThenLock('withEarly("agentBillings")')],
    'a key that is read outside of its lock': [
      lockThenLoad,
      loadThenLock('({ ...this.#database.load(wants), records: early.records })'),
    ],
    'a record in another transaction than its effect': [
      'this.#database.apply(changes, tenants);',
      'this.#database.apply({ ...changes, records: [] }, tenants); this.#world.add("records", this.#owner, () => this.#database.apply({ ...changes, tenants: new Map() }, tenants));',
    ],
    'an effect in another transaction than its record': [
      'this.#database.apply(changes, tenants);',
      'this.#database.apply({ ...changes, tenants: new Map() }, tenants); this.#world.add("effects", this.#owner, () => this.#database.apply({ ...changes, records: [] }, tenants));',
    ],
    'an answer before the commit': [
      "      await this.#step('commit', transaction);\n",
      '      if (this.#world.random.below(4) === 0) return true;\n',
    ],
    'a commit that is applied twice': [
      'this.#database.apply(changes, tenants);',
      'this.#database.apply(changes, tenants); if (this.#world.random.below(4) === 0) this.#database.apply(changes, tenants);',
    ],
    'a session that was ended, and goes on': [
      'if (transaction.isEnded)',
      'if (transaction.isEnded && label === "nothing")',
    ],
    'a transaction that keeps its locks': [
      '      this.#database.end(transaction);',
      '      if (this.#world.random.below(40) > 0) this.#database.end(transaction);',
    ],
  }),
  ...faultsOf(`${simulation}/database.ts`, {
    'instances that do not lock': ['every((tenant) => !taken.has(tenant))', 'every(() => true)'],
    'ids that begin again at each batch': [
      'idsReached: reached.reduce(laterOf, noPlace)',
      'idsReached: noPlace',
    ],
  }),
  ...faultsOf(`${simulation}/follower.ts`, {
    'a list that is read as three snapshots': [
      'beyond.sort().slice(0, this.#pageRows)',
      'beyond.sort().slice(0, this.#pageRows + 1).filter((_, at) => at !== 1)',
    ],
  }),
];
