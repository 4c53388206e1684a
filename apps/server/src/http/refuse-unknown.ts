import { isWrite } from '@billonce/contract';
import { keyDigest } from '@billonce/idempotency/core';
import { adminTenant } from '../domain/tenant.ts';
import { ApiError } from './api-error.ts';
import type { Desk } from './desk.ts';
import type { Admit } from './router.ts';
import { readKey } from './write.ts';

/**
 * Refuses requests with unknown names, if the operator wants that. A retry of a request that was carried out before is
 * let through: the record of its key answers it, even if the setting has changed.
 */
export function refuseUnknown({ books, config }: Pick<Desk, 'books' | 'config'>): Admit {
  const refuse = async ({ operation, request, caller, ignored }: Parameters<Admit>[0]) => {
    const key = isWrite(operation) ? readKey(request) : undefined;
    const tenant = operation.access === 'admin' ? adminTenant : caller.tenant;
    if (key !== undefined && tenant !== undefined) {
      const facts = await books.keyFacts({ tenant, scope: caller.scope, digest: keyDigest(key) });
      if (facts !== undefined) return;
    }
    const { faults } = ignored;
    const [first] = faults;
    throw new ApiError('invalid_request', `the request is not valid: ${first?.pointer} ${first?.message}`, {
      faults,
    });
  };
  return (call) => (config.refusesUnknownNames && !call.ignored.isEmpty ? refuse(call) : undefined);
}
