import { auditReply } from '../../answers/audit.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function auditRoutes({ reads }: Desk) {
  return {
    readAudit: async (call) => auditReply(await reads.walk(call, 'auditBooks', tenantOf(call))),
  } satisfies HandlersOf<'audit'>;
}
