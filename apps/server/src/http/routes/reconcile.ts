import { keyDigest } from '@billonce/idempotency/core';
import type { ReconcileItem } from '../../reads/reconcile.ts';
import { ApiError } from '../api-error.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function reconcileRoutes({ reads }: Desk) {
  return {
    reconcile: async (call) => {
      const items = call.body.items.map(reconcileItem);
      const owner = { tenant: tenantOf(call), scope: call.caller.scope };
      const found = await reads.page(call, 'reconcile', owner, items);
      const results = found.map(({ status, entryId, requests }, index) => ({
        index,
        status,
        ...(entryId === undefined ? {} : { entryId }),
        ...(status === 'different' && requests !== undefined ? { requests } : {}),
      }));
      return { status: 200, body: { results } };
    },
  } satisfies HandlersOf<'reconcile'>;
}

function reconcileItem(
  sent: { readonly id?: string; readonly key?: string; readonly requests: number },
  index: number,
): ReconcileItem {
  const { id, key, requests } = sent;
  if ((id === undefined) === (key === undefined)) {
    const message = 'must have an id or a key, and not both';
    throw new ApiError('invalid_request', `item ${index} ${message}`, {
      faults: [{ pointer: `/items/${index}`, message }],
    });
  }
  return { usageId: id, keyDigest: key === undefined ? undefined : keyDigest(key), requests };
}
