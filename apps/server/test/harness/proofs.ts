import { appendFileSync } from 'node:fs';

/** The promises of the server that the attacks test, as the guarantees page names them. */
export const promises = {
  once: 'An operation with a key takes effect at most once in its scope.',
  same_answer: 'A retry gets the first answer: its status, its bytes and its representation headers.',
  durable: 'An acknowledged write survives `kill -9`, a restart and a failover.',
  conservation: 'Entries, totals, bills and balances add up, to the last atom, at every moment.',
  isolation: "No caller sees, replays or uses up another caller's keys, usage or answers.",
  honest_refusal: 'A refused request gets an error with a code and a request id, and changes nothing.',
  exact_money: 'A bill is the exact price of the usage: rounding neither loses nor adds anything.',
  never_overdrawn: 'A prepaid balance is never overdrawn, and a limit never exceeded.',
  complete_lists:
    'A client that follows a list sees each row once, including rows that are written meanwhile.',
} as const;

/** An attack on promises that has a long version, and its result. */
export interface Attack {
  readonly promises: readonly (keyof typeof promises)[];
  readonly attack: string;
  /** what the test asserts, worded as the result of a passed run */
  readonly result: string;
  /** path from the root of the repository */
  readonly file: string;
}

const here = 'apps/server/test';

/** All attacks by id. An id does not change between releases. */
export const attacks = {
  killed_under_load: {
    promises: ['once', 'same_answer', 'durable', 'conservation'],
    attack:
      '32 clients write singles, bulks and settlements; the process is killed; all writes are sent again',
    result: 'nothing lost, nothing billed twice, every retry answered as before, audit clean',
    file: `${here}/crash.test.ts`,
  },
  killed_while_indexing: {
    promises: ['durable', 'conservation'],
    attack: 'the process is killed while bulks arrive and an index lags; all bulks are sent again',
    result: 'each entry once and in its account, audit clean',
    file: `${here}/lagging-index-crash.test.ts`,
  },
  killed_while_reversing: {
    promises: ['once', 'durable', 'conservation'],
    attack: 'the process is killed during reversals, write-offs and settlements; all are sent again',
    result: 'each reversal once, audit clean',
    file: `${here}/reversals-crash.test.ts`,
  },
  power_cut_on_sqlite: {
    promises: ['once', 'same_answer', 'durable', 'conservation', 'never_overdrawn'],
    attack:
      'a server on SQLite: the power of its disk is cut under load and during starts; what was not synced is lost; all writes are sent again',
    result:
      'nothing acknowledged lost, nothing billed twice, every retry answered as before, balances exact, audit clean',
    file: `${here}/power-loss.test.ts`,
  },
  power_cut_on_postgres: {
    promises: ['once', 'same_answer', 'durable', 'conservation', 'never_overdrawn'],
    attack:
      'the same with a PostgreSQL that has its data on such a disk, and a server that is killed with it',
    result:
      'nothing acknowledged lost, nothing billed twice, every retry answered as before, balances exact, audit clean',
    file: `${here}/postgres/power-loss.test.ts`,
  },
  lying_disk_below_sqlite: {
    promises: ['once', 'conservation'],
    attack:
      'a server on SQLite: the disk reports syncs that it did not do, and its power is cut; acknowledged writes are lost, and all are sent again in their order',
    result:
      'the server starts, audit clean after each loss: no write there in part; sent again, each billed once',
    file: `${here}/power-loss.test.ts`,
  },
  late_flush_below_postgres: {
    promises: ['once', 'conservation'],
    attack:
      'the same with a PostgreSQL that acknowledges before it flushes (`synchronous_commit = off`, which the server refuses by default)',
    result: 'audit clean after each loss: no write there in part; sent again, each billed once',
    file: `${here}/postgres/power-loss.test.ts`,
  },
  power_cut_below_a_journal: {
    promises: ['durable'],
    attack: "the power of the disk with a client's journal is cut while operations begin and end",
    result: 'every operation that had begun is pending with its key',
    file: `${here}/journal-power-loss.test.ts`,
  },
  power_cut_below_a_recorder: {
    promises: ['once', 'durable'],
    attack: 'the same with the journal of a recorder, which sends usage meanwhile',
    result: 'all saved usage billed, none of it twice',
    file: `${here}/journal-power-loss.test.ts`,
  },
  clock_steps: {
    promises: ['once', 'same_answer', 'conservation', 'complete_lists'],
    attack:
      'the clock of a server on SQLite is stepped ahead and back, up to 500 days, while clients write and a follower reads',
    result: 'every key billed once, every retry answered as before, every entry seen once, audit clean',
    file: `${here}/clock-steps.test.ts`,
  },
  instances_struck: {
    promises: ['once', 'same_answer', 'durable', 'conservation'],
    attack:
      'three instances on one PostgreSQL: killed and stopped instances, cut and silent connections, a killed database',
    result: 'every key billed once, equal answers from every instance, audit clean',
    file: `${here}/postgres/chaos.test.ts`,
  },
  history_of_a_server: {
    promises: ['once', 'same_answer', 'durable', 'never_overdrawn'],
    attack: 'one server on SQLite: kills, stops, cuts and lost bytes, with the whole history recorded',
    result: 'for each agent one order of its calls explains every answer (linearizable)',
    file: `${here}/history.test.ts`,
  },
  history_of_instances: {
    promises: ['once', 'same_answer', 'durable', 'never_overdrawn'],
    attack: 'three instances on one PostgreSQL that fail at random, with the whole history recorded',
    result: 'for each agent one order of its calls explains every answer (linearizable)',
    file: `${here}/postgres/history.test.ts`,
  },
  long_history_of_servers: {
    promises: ['once', 'same_answer', 'durable', 'never_overdrawn'],
    attack:
      'six servers on SQLite, each of which is killed while 40 clients call it; each item of a bulk counts as an operation; keys of long ago are sent again',
    result: '0 lost, 0 doubled: for each agent one order of its calls explains every answer, audit clean',
    file: `${here}/long-history.test.ts`,
  },
  long_history_of_a_cluster: {
    promises: ['once', 'same_answer', 'durable', 'never_overdrawn'],
    attack:
      'two instances on a PostgreSQL with a synchronous standby: killed instances, killed databases, and fail-overs to the standby, during the same calls',
    result: '0 lost, 0 doubled: for each agent one order of its calls explains every answer, audit clean',
    file: `${here}/postgres/long-history.test.ts`,
  },
  at_once: {
    promises: ['once', 'never_overdrawn', 'conservation'],
    attack:
      'more concurrent writes than a balance or a limit allows, on SQLite, with a server that is killed; then all again',
    result: 'exactly as many accepted as allowed, both times, audit clean',
    file: `${here}/at-once.test.ts`,
  },
  at_once_at_instances: {
    promises: ['once', 'never_overdrawn', 'conservation'],
    attack:
      'the same with a balance at three instances on one PostgreSQL, some of which are killed meanwhile',
    result: 'exactly as many accepted as allowed, both times, audit clean',
    file: `${here}/postgres/at-once.test.ts`,
  },
  limits_at_once_at_instances: {
    promises: ['once', 'never_overdrawn', 'conservation'],
    attack: 'the same with a limit at three instances on one PostgreSQL, some of which are killed meanwhile',
    result: 'exactly as many accepted as allowed, both times, audit clean',
    file: `${here}/postgres/limits-at-once.test.ts`,
  },
  llm_proxy_killed: {
    promises: ['once', 'never_overdrawn'],
    attack: 'a proxy that holds, streams and captures is killed during captures',
    result: 'every call charged once, no hold left',
    file: `${here}/llm-proxy.test.ts`,
  },
  simulated_worlds: {
    promises: ['once', 'same_answer', 'durable', 'conservation', 'isolation', 'never_overdrawn'],
    attack:
      'the real write path in simulated worlds: clients, servers, network, clocks, disk and database all fail by a seed',
    result: 'every promise held after every step',
    file: `${here}/simulation.test.ts`,
  },
  simulated_library: {
    promises: ['once', 'same_answer'],
    attack: 'the engine of the library in simulated worlds: processes die, the store fails, leases lapse',
    result: 'every promise held after every step',
    file: `${here}/simulation-library.test.ts`,
  },
  planted_faults: {
    promises: ['once', 'same_answer', 'durable', 'conservation', 'isolation', 'never_overdrawn'],
    attack: 'faults planted in the code, one at a time, to check that the simulation finds them',
    result: 'each found',
    file: `${here}/simulation-planted.test.ts`,
  },
  model_in_batches: {
    promises: ['once', 'same_answer', 'conservation', 'never_overdrawn'],
    attack: 'random commands in batches of random size, compared with a second implementation of the rules',
    result: 'equal answers, equal books',
    file: `${here}/model.test.ts`,
  },
  model_concurrent: {
    promises: ['once', 'same_answer', 'conservation', 'never_overdrawn'],
    attack: 'random concurrent requests to a server, then all of them again, compared with the same model',
    result: 'equal answers, equal books',
    file: `${here}/model.test.ts`,
  },
  assets_apart: {
    promises: ['conservation', 'exact_money', 'never_overdrawn'],
    attack:
      'random grants, holds, usage, reversals, limits and settlements in four assets of one tenant, in batches, compared with one tenant for each asset',
    result: 'in each asset the same answers, balances and bills, audit clean',
    file: `${here}/assets-apart.test.ts`,
  },
  exact_bills: {
    promises: ['exact_money'],
    attack: 'random prices, uses, price changes, reversals and settlements, against decimal.js',
    result: 'settled in parts = settled at once = the decimal library',
    file: 'apps/server/src/domain/exact-bills.test.ts',
  },
  exact_bills_in_tiers: {
    promises: ['exact_money'],
    attack: 'the same for graduated and package tiers over days, months and lifetimes',
    result: 'settled in parts = settled at once = the decimal library',
    file: 'apps/server/src/domain/exact-bills-in-tiers.test.ts',
  },
  fuzzed_requests: {
    promises: ['honest_refusal', 'isolation', 'conservation'],
    attack: 'requests drawn from the OpenAPI document, with faults in bodies, headers, targets and bytes',
    result: 'each answered completely or refused completely, no other tenant changed, audit clean',
    file: `${here}/fuzz.test.ts`,
  },
  followed_lists: {
    promises: ['complete_lists'],
    attack: 'followers of events, entries and settlements while six writers and three settlers write',
    result: 'every row seen once, in order',
    file: `${here}/followers.test.ts`,
  },
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackId = keyof typeof attacks;

/** The result of a run of an attack. */
export interface Proof {
  readonly id: AttackId;
  /** the size of the run, in words with figures */
  readonly amount: string;
  readonly seed: string | undefined;
}

/**
 * Notes that an attack was withstood if `npm run prove` requests it: the guarantees page is printed from these notes. A
 * test calls it at its end, after all of its assertions.
 */
export function withstood(id: AttackId, amount: string): void {
  const file = process.env['BILLONCE_PROOFS'];
  if (file === undefined) return;
  const proof: Proof = { id, amount, seed: process.env['SEED'] };
  appendFileSync(file, `${JSON.stringify(proof)}\n`);
}

/** A number in readable form: 1,234,567. */
export function figure(count: number): string {
  return count.toLocaleString('en-US');
}
