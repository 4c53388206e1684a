import assert from 'node:assert/strict';
import type { Command } from '../../src/domain/command.ts';
import type { Outcome, Submission } from '../../src/ledger/submission.ts';
import { assets } from './assets.ts';

/** A write in one asset. */
export interface AssetWrite {
  readonly asset: string;
  /** the command; it gets the ids that a tenant's earlier recordings received */
  readonly command: (entryIdOf: (usageId: string) => string) => Command;
}

/** A write that each tenant gets in its own form. Its answers are not compared. */
export interface EachWrite {
  /** the command for a tenant that has one asset; `undefined` means the tenant that has all assets */
  readonly each: (asset: string | undefined) => Command;
}

/** A command on its way to one tenant. */
interface SentWrite {
  readonly submission: Submission;
  /** the write as which its answer is compared; absent if it is not compared */
  readonly compared?: AssetWrite;
}

type Execute = (submissions: readonly Submission[]) => Promise<readonly Outcome[]>;

const noEntry = '019a7f6e-3a60-7c3e-9b1d-0123456789ab';
const ids = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** One tenant with several assets, and for each of these assets a tenant that has only this one. */
export class Apart {
  readonly together: string;
  /** what has happened: an asset, a kind of command, and its status or code */
  readonly seen = new Set<string>();
  /** usage ids that were recorded, by asset */
  readonly recorded = new Map<string, string[]>();
  /** grants that were made, by asset */
  readonly granted = new Map<string, { readonly agent: string; readonly grantId: string }[]>();
  /** holds that were made, by asset */
  readonly held = new Map<string, string[]>();
  readonly #execute: Execute;
  /** by tenant and usage id */
  readonly #entryIds = new Map<string, string>();
  /** the numbers of the ids, by tenant and asset, in the order in which they were seen */
  readonly #numbers = new Map<string, Map<string, number>>();

  constructor(round: number, execute: Execute) {
    this.together = `together-${round}`;
    this.#execute = execute;
  }

  get tenants(): readonly string[] {
    return [this.together, ...assets.map(({ code }) => this.alone(code))];
  }

  /** The tenant that has only this asset. */
  alone(asset: string): string {
    return `${this.together}-${asset}`;
  }

  async passTime(agents: readonly string[]): Promise<void> {
    await this.write([{ each: () => ({ kind: 'pass_time', agents }) }]);
  }

  /**
   * Sends some writes in one batch: all of them to the tenant with several assets, and each to the tenant of its asset.
   */
  async write(writes: readonly (AssetWrite | EachWrite)[]): Promise<void> {
    const sent = writes.flatMap((write) => this.#submissionsOf(write));
    const outcomes = await this.#execute(sent.map(({ submission }) => submission));
    const alone = new Map<AssetWrite, string>();
    for (const [index, { submission, compared }] of sent.entries()) {
      const outcome = outcomes[index] ?? assert.fail('an outcome is missing');
      assert.notEqual(outcome.kind, 'fault', textOf(outcome));
      if (compared === undefined) continue;
      const shown = this.#shown(submission, outcome, compared.asset);
      // The outcome of the tenant with one asset comes first.
      const expected = alone.get(compared);
      if (expected === undefined) alone.set(compared, shown);
      else assert.equal(shown, expected, textOf(submission.command));
    }
  }

  /**
   * Settles everything that is open: the bills and sums in each asset equal those of the tenant that has only this
   * asset.
   */
  async settleAll(agents: readonly string[]): Promise<void> {
    for (const agent of agents) {
      const command = { kind: 'settle_bulk', agent } as const;
      const submissions = this.tenants.map((tenant) => ({ tenant, command, key: undefined }));
      const [together, ...alone] = (await this.#execute(submissions)).map(bodyOf);
      const billed = alone.flatMap(({ items }) => items);
      const sorted = (items: readonly Settled[]) =>
        items
          .map(({ settlementId: _, ...item }) => item)
          .sort((a, b) => (String(a['serviceId']) < String(b['serviceId']) ? -1 : 1));
      assert.deepEqual(sorted(together?.items ?? []), sorted(billed));
      assert.equal(together?.totalBilledStroops, alone[0]?.totalBilledStroops);
      const others = alone.flatMap(({ otherAssets = [] }) => otherAssets);
      const byAsset = (sums: readonly { readonly asset: string }[]) =>
        sums.toSorted((a, b) => (a.asset < b.asset ? -1 : 1));
      assert.deepEqual(byAsset(together?.otherAssets ?? []), byAsset(others));
    }
  }

  #submissionsOf(write: AssetWrite | EachWrite): readonly SentWrite[] {
    if ('each' in write) {
      const forTenant = (tenant: string, asset: string | undefined): SentWrite => ({
        submission: { tenant, command: write.each(asset), key: undefined },
      });
      return [
        forTenant(this.together, undefined),
        ...assets.map(({ code }) => forTenant(this.alone(code), code)),
      ];
    }
    const { asset } = write;
    return [this.alone(asset), this.together].map((tenant) => {
      const command = write.command((usageId) => this.#entryIds.get(`${tenant} ${usageId}`) ?? noEntry);
      return { submission: { tenant, command, key: undefined }, compared: write };
    });
  }

  /** An outcome as text, with a number in place of each id. */
  #shown({ tenant, command }: Submission, outcome: Outcome, asset: string): string {
    const isAnswered = outcome.kind === 'answered';
    const result = isAnswered
      ? outcome.response.status
      : outcome.kind === 'refused'
        ? outcome.refusal.code
        : 'fault';
    this.seen.add(`${asset} ${command.kind} ${result}`);
    const { kind } = command;
    if (isAnswered && kind === 'record_usage') this.#noteEntry(tenant, asset, command.item.usageId, outcome);
    if (isAnswered && kind === 'create_hold' && tenant === this.together)
      this.held.set(asset, [...(this.held.get(asset) ?? []), command.holdId ?? '']);
    if (isAnswered && kind === 'create_grant' && tenant === this.together) {
      const { agent, grantId = '' } = command;
      this.granted.set(asset, [...(this.granted.get(asset) ?? []), { agent, grantId }]);
    }
    if (isAnswered && kind === 'capture_hold') this.#noteEntry(tenant, asset, command.usageId, outcome);
    const text = isAnswered
      ? textOf([outcome.response.headers, String(outcome.response.body)])
      : textOf(outcome);
    const name = `${tenant} ${asset}`;
    const numbers = this.#numbers.get(name) ?? new Map<string, number>();
    this.#numbers.set(name, numbers);
    return `${result} ${text.replace(ids, (id) => {
      const number = numbers.get(id) ?? numbers.size;
      numbers.set(id, number);
      return `#${number}`;
    })}`;
  }

  #noteEntry(tenant: string, asset: string, usageId: string | undefined, outcome: Outcome): void {
    if (usageId === undefined || outcome.kind !== 'answered') return;
    const location = outcome.response.headers.find(([name]) => name === 'location')?.[1];
    const [id] = location?.match(ids) ?? [];
    if (id === undefined) return;
    this.#entryIds.set(`${tenant} ${usageId}`, id);
    if (tenant !== this.together) return;
    this.recorded.set(asset, [...(this.recorded.get(asset) ?? []), usageId]);
  }
}

type Settled = Readonly<Record<string, unknown>> & { readonly settlementId: unknown };

/** The answer of a settlement of all services of an agent. */
interface AgentSettled {
  readonly items: readonly Settled[];
  readonly totalBilledStroops: string;
  readonly otherAssets?: readonly { readonly asset: string }[];
}

function bodyOf(outcome: Outcome): AgentSettled {
  if (outcome.kind !== 'answered') throw new Error(textOf(outcome));
  return JSON.parse(String(outcome.response.body));
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? String(member) : member));
}
