import { keyDigest } from '@billonce/idempotency/core';
import { reconcileReply } from '../../answers/reconcile.ts';
import type { ReconcileItem } from '../../reads/reconcile.ts';
import { ApiError } from '../api-error.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function reconcileRoutes({ reads }: Desk) {
  return {
    reconcile: async (call) => {
      const items = call.body.items.map(reconcileItem);
      const owner = { tenant: tenantOf(call), scope: call.caller.scope };
      return reconcileReply(await reads.page(call, 'reconcile', owner, items));
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
