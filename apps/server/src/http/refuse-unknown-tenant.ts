import { isForTenants, isWrite } from '@billonce/contract';
import { ApiError } from './api-error.ts';
import type { Desk } from './desk.ts';
import type { Admit } from './router.ts';

/** Declares that a write of the admin may be the first one of a tenant. */
const createHeader = 'x-tenant-create';
const tenantsMax = 10_000;

/** Refuses a write of the admin for a tenant that does not exist: otherwise a mistyped name would get separate books. */
export function refuseUnknownTenant({ books }: Pick<Desk, 'books'>): Admit {
  // A tenant is never deleted.
  const known = new Set<string>();
  const refuse = async (tenant: string) => {
    if (!(await books.hasTenant(tenant))) {
      const message = `tenant ${tenant} does not exist: correct X-Tenant, or send X-Tenant-Create: true`;
      throw new ApiError('unknown_tenant', message);
    }
    if (known.size >= tenantsMax) known.clear();
    known.add(tenant);
  };
  return ({ operation, request, caller }) => {
    const { kind, tenant } = caller;
    if (kind !== 'admin' || tenant === undefined || !isForTenants(operation) || !isWrite(operation))
      return undefined;
    if (request.headers[createHeader] === 'true' || known.has(tenant)) return undefined;
    return refuse(tenant);
  };
}
