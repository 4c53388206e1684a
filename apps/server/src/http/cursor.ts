import { isNameInList } from '@billonce/contract';
import type { EntryCursor } from '../reads/list-entries.ts';
import type { Order } from '../reads/merge-events.ts';
import { ApiError } from './api-error.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type CursorKind = 'id' | 'sequence' | 'name' | 'number' | 'account' | EventCursorKind;
/** A list of events by its order, and whether it can be followed. The first kind, `id`, is accepted in every list. */
type EventCursorKind = 'id' | 'id-desc' | 'page-asc' | 'page-desc';

/** Makes an opaque cursor. */
export function encodeCursor(kind: CursorKind, place: string): string {
  return Buffer.from(`${kind} ${place}`).toString('base64url');
}

/** Reads a cursor: the id, sequence number or name after which a page begins. */
function decodeCursor(cursor: string): { readonly kind: string; readonly place: string } {
  const [kind = '', place = ''] = Buffer.from(cursor, 'base64url').toString().split(' ', 2);
  return { kind, place };
}

/**
 * Reads a cursor of a list of entries. That of an account is a sequence, that of a tenant an id.
 *
 * @throws {ApiError} `invalid_request`, also for a cursor of the other list, which would begin again
 */
export function entryCursor(
  cursor: string | undefined,
  wanted: EntryCursor['kind'],
): EntryCursor | undefined {
  if (cursor === undefined) return undefined;
  const { kind, place } = decodeCursor(cursor);
  if (kind !== wanted) throw invalidCursor();
  if (kind === 'id' && uuid.test(place)) return { kind: 'id', id: place };
  if (kind === 'sequence' && /^\d{1,15}$/.test(place)) return { kind: 'sequence', sequence: Number(place) };
  throw invalidCursor();
}

/** @throws {ApiError} `invalid_request` */
export function idCursor(cursor: string | undefined): string | undefined {
  const decoded = entryCursor(cursor, 'id');
  return decoded?.kind === 'id' ? decoded.id : undefined;
}

/** Where a list of events continues. */
export interface EventCursor {
  readonly order: Order;
  /** whether it continues after its last page: a client of AgentPay would never stop reading */
  readonly isFollowed: boolean;
  readonly beyondId: string;
}

export function encodeEventCursor({ order, isFollowed, beyondId }: EventCursor): string {
  if (isFollowed) return encodeCursor(order === 'asc' ? 'id' : 'id-desc', beyondId);
  return encodeCursor(order === 'asc' ? 'page-asc' : 'page-desc', beyondId);
}

/** @throws {ApiError} `invalid_request` */
export function eventCursor(cursor: string | undefined): EventCursor | undefined {
  if (cursor === undefined) return undefined;
  const { kind, place } = decodeCursor(cursor);
  if (!/^(id|id-desc|page-asc|page-desc)$/.test(kind) || !uuid.test(place)) throw invalidCursor();
  return {
    order: kind.endsWith('desc') ? 'desc' : 'asc',
    isFollowed: kind.startsWith('id'),
    beyondId: place,
  };
}

/** @throws {ApiError} `invalid_request` */
export function nameCursor(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const { kind, place } = decodeCursor(cursor);
  if (kind === 'name' && isNameInList(place)) return place;
  throw invalidCursor();
}

/** The numbers of price versions are 32-bit integers on PostgreSQL. */
const int4Max = 2 ** 31 - 1;

/** @throws {ApiError} `invalid_request` */
export function numberCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const { kind, place } = decodeCursor(cursor);
  if (kind === 'number' && /^\d{1,10}$/.test(place) && Number(place) <= int4Max) return Number(place);
  throw invalidCursor();
}

/** Of a list that may be longer than 32 bits count. @throws {ApiError} `invalid_request` */
export function longNumberCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const { kind, place } = decodeCursor(cursor);
  if (kind === 'number' && /^\d{1,15}$/.test(place)) return Number(place);
  throw invalidCursor();
}

/**
 * A place among the accounts, in the storage's own order; '' is the beginning.
 *
 * @throws {ApiError} `invalid_request`
 */
export function accountCursor(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const { kind, place } = decodeCursor(cursor);
  if (kind === 'account' && (uuid.test(place) || /^\d{1,15}$/.test(place))) return place;
  throw invalidCursor();
}

export function invalidCursor(): ApiError {
  return new ApiError('invalid_request', 'the cursor is not valid for this list', {
    faults: [{ pointer: '/cursor', message: 'is not a cursor that this list returned' }],
  });
}
