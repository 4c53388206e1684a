import type { CellStore } from '../cells/cell-store.ts';
import { updateCell } from '../cells/update-cell.ts';

/** A `PendingSettlementStore` of `@x402/core/facilitator`, by its shape. */
export interface PendingSettlementStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, txHash: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** How long a transaction is remembered that was neither confirmed nor given up. */
const keptMs = 30 * 86_400_000;

/**
 * For a facilitator of x402: the transactions that it has broadcast but not seen confirmed, durable and shared by all
 * instances. The store of `@x402/core` is in memory, so a restarted facilitator would broadcast again.
 *
 * @param options `keepMs`: how long a transaction is remembered that was not removed; 30 days
 * @example
 * facilitator.register(network, new ExactEvmScheme(signer, { pendingSettlementStore: pendingSettlementStore(cells) }));
 */
export function pendingSettlementStore(
  cells: CellStore,
  { keepMs = keptMs }: { readonly keepMs?: number } = {},
): PendingSettlementStore {
  const nameOf = (key: string) => `x402:pending:${key}`;
  return {
    async get(key) {
      return (await cells.read(nameOf(key)))?.value;
    },
    async set(key, txHash) {
      const keepUntilMs = Date.now() + keepMs;
      await updateCell(cells, nameOf(key), () => ({
        op: 'set',
        value: txHash,
        keepUntilMs,
        result: undefined,
      }));
    },
    async delete(key) {
      await updateCell(cells, nameOf(key), () => ({ op: 'delete', result: undefined }));
    },
  };
}
