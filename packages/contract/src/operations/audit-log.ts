import type { OperationSpec } from '../operation-spec.ts';
import { AuditLog, AuditLogFilter } from '../schemas/audit-log.ts';

/** Administrative acts. */
export const auditLogOperations = {
  listActs: {
    method: 'GET',
    path: '/api/v1/audit-log',
    summary:
      'Administrative acts of the tenant, the newest first; without X-Tenant the admin sees those of all tenants',
    description:
      'Lists who changed what, when and from where. Keys with the scope `read` do not see addresses.',
    access: 'tenant-or-admin',
    query: AuditLogFilter,
    successes: {
      200: {
        description: 'A page; a page before the last may be short.',
        schema: AuditLog,
      },
    },
    errors: [],
  },
} as const satisfies Record<string, OperationSpec>;
