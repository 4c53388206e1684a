import { isForgotten } from '../../core/lease-decision.ts';
import type { ClaimRequest, StoredAnswer, StoredRecord } from '../../core/store.ts';
import type { CloudflareRow } from './statements.ts';

/** The result of reading a slot. */
export interface Look {
  readonly nowMs: number;
  readonly lastToken: number;
  readonly record: StoredRecord | undefined;
  readonly forgetAtMs: number;
  readonly claimId: unknown;
}

/** @throws {TypeError} if it is not a row of `look` */
export function parseLook(rows: readonly CloudflareRow[] | undefined): Look {
  const [row] = rows ?? [];
  if (row === undefined) throw new TypeError('the database gave no row');
  return {
    nowMs: numberOf(row['now']),
    lastToken: numberOf(row['lastToken']),
    record: row['fingerprint'] === null ? undefined : parseRecord(row),
    forgetAtMs: Number(row['forgetAt']),
    claimId: row['claimId'],
  };
}

/** Whether a claim may take the slot. */
export function isClaimable({ record, forgetAtMs, nowMs }: Look, { takeOver }: ClaimRequest): boolean {
  if (record === undefined || isForgotten(record, forgetAtMs, nowMs)) return true;
  return record.kind === 'leased' && nowMs >= record.leaseExpiresAtMs && record.fencingToken === takeOver;
}

function parseRecord(row: CloudflareRow): StoredRecord {
  const known = {
    fingerprint: String(row['fingerprint']),
    firstSeenAtMs: numberOf(row['firstSeen']),
    fencingToken: numberOf(row['token']),
  };
  if (row['leaseUntil'] !== null) {
    return { kind: 'leased', ...known, leaseExpiresAtMs: numberOf(row['leaseUntil']) };
  }
  const location = row['location'];
  const answer = answerOf(row);
  return {
    kind: 'completed',
    ...known,
    location: location === null ? undefined : String(location),
    answer:
      answer === undefined
        ? { kind: 'gone' }
        : { kind: 'kept', response: answer, expiresAtMs: numberOf(row['answerUntil']) },
  };
}

function answerOf({ answer, isBase64 }: CloudflareRow): StoredAnswer | undefined {
  if (typeof answer !== 'string') return undefined;
  return isBase64 === 1 ? Buffer.from(answer, 'base64') : answer;
}

/** @throws {TypeError} if a number cannot hold it exactly */
function numberOf(cell: unknown): number {
  if (typeof cell !== 'number' || !Number.isSafeInteger(cell)) {
    throw new TypeError('the database gave a number that is not exact');
  }
  return cell;
}
