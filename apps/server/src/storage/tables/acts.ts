import { type Act, actorKinds, actTypes } from '../../domain/act.ts';
import { count, id, json, key, literal, optional, type RowOf, table, text } from '../table.ts';

/** Administrative acts. */
export const auditLog = table({
  name: 'audit_log',
  place: {},
  columns: {
    id: key(id()),
    tenant: text(),
    atMs: count(),
    type: literal(actTypes),
    subject: text(),
    details: json(),
    actor: literal(actorKinds),
    keyPrefix: optional(text()),
    address: optional(text()),
    requestId: optional(text()),
  },
  /** among the acts of its tenant: the statement that makes the row counts */
  beside: { number: optional(count()) },
});

type ActRow = RowOf<typeof auditLog.columns>;

export function actOf({ actor, keyPrefix, address, requestId, ...facts }: ActRow): Act {
  return { ...facts, actor: { kind: actor, keyPrefix, address, requestId } };
}

export function actRow({ actor: { kind, ...from }, ...facts }: Act): ActRow {
  return { ...facts, ...from, actor: kind };
}
