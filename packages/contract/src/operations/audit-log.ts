import type { OperationSpec } from '../operation-spec.ts';
import { AuditLog, AuditLogFilter } from '../schemas/audit-log.ts';

/** Administrative acts. */
export const auditLogOperations = {
  listActs: {
    method: 'GET',
    path: '/api/v1/audit-log',
    summary:
      'Administrative acts, the newest first: those of the tenant; without X-Tenant the admin sees all',
    access: 'tenant-or-admin',
    query: AuditLogFilter,
    successes: {
      200: {
        description: 'A page; it may be short before the last.',
        schema: AuditLog,
      },
    },
    errors: [],
  },
} as const satisfies Record<string, OperationSpec>;
