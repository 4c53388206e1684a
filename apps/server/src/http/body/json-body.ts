import { isUtf8 } from 'node:buffer';
import { pointerTo } from '@billonce/contract';
import { canonicalJson, type Json } from '@billonce/idempotency/core';
import { ApiError } from '../api-error.ts';
import { countMembers, duplicateMember } from './duplicate-member.ts';
import {
  JsonScan,
  levelsMax,
  type ScanFault,
  type ScannedList,
  valuesApartMax,
  valuesMax,
} from './json-scan.ts';
import type { Slices } from './turns.ts';

/** A body as it was sent, and its value. */
export interface JsonBody {
  readonly text: string;
  readonly value: unknown;
  /** its canonical text, if that was also made in slices; the text as it was sent if there is no canonical one */
  readonly canonical?: string;
}

/** A body with more bytes is parsed in slices: a bulk of 1,000 items has 50,000. */
export const largeFrom = 8_192;
const scanEvery = 65_536;

type List = ScannedList & { readonly to: number };

/** A large body after its scan. */
interface LargeBody {
  readonly text: string;
  readonly list: List;
  readonly members: number;
  readonly isCompared: boolean;
}

/**
 * Parses a JSON body, a large one in slices.
 *
 * @param isCompared whether its canonical text will be needed, which takes longer to make than all the rest
 * @throws {ApiError} `invalid_request`: not UTF-8, not JSON, nested too deeply, or with a name twice in one object;
 * `payload_too_large`: too many values
 */
export async function parseJsonBody(bytes: Buffer, slices: Slices, isCompared: boolean): Promise<JsonBody> {
  if (bytes.length <= largeFrom) return parseSmallBody(bytes);
  // It first waits for its turn: the bodies of many requests may become complete in one turn of the loop.
  await slices.next();
  const text = textOf(bytes);
  const scan = new JsonScan(text);
  while (!scan.isDone) {
    advance(scan);
    if (slices.isOver) await slices.next();
  }
  const { list } = scan;
  if (list !== undefined && list.cuts.length > 0) {
    return await parseInSlices({ text, list, members: scan.members, isCompared }, slices);
  }
  return wholeBody(text, scan);
}

/**
 * The same for a body of at most `largeFrom` bytes, at once.
 *
 * @throws {ApiError} as above
 */
export function parseSmallBody(bytes: Buffer): JsonBody {
  const text = textOf(bytes);
  const scan = new JsonScan(text);
  while (!scan.isDone) advance(scan);
  return wholeBody(text, scan);
}

function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new ApiError('invalid_request', 'the body is not UTF-8');
  return bytes.toString('utf8');
}

function advance(scan: JsonScan): void {
  const fault = scan.advance(scanEvery);
  if (fault !== undefined) throw scanError(fault);
}

function wholeBody(text: string, scan: JsonScan): JsonBody {
  const value = parse(text, 0);
  if (countMembers(value) !== scan.members) throw duplicate(duplicateMember(text));
  return { text, value };
}

/** The elements of the list are parsed piece by piece, and the text around them as if the list were empty. */
async function parseInSlices(
  { text, list, members, isCompared }: LargeBody,
  slices: Slices,
): Promise<JsonBody> {
  const around = text.slice(0, list.from) + text.slice(list.to);
  const whole = parse(around, (at) => (at < list.from ? at : at + list.to - list.from));
  const membersAround = list.membersBefore + members - list.membersBehind;
  if (countMembers(whole) !== membersAround) throw duplicate(duplicateMember(around));
  const name = String(JSON.parse(text.slice(list.name.from, list.name.to)));
  const elements = isObject(whole) ? whole[name] : undefined;
  if (!isObject(whole) || !isList(elements))
    throw new Error('the list of the body is not at the scanned position');
  const canonical: (string | undefined)[] = [];
  let from = list.from;
  let membersBefore = list.membersBefore;
  for (const end of [...list.cuts, { at: list.to, members: list.membersBehind }]) {
    if (slices.isOver) await slices.next();
    const start = from;
    const piece = `[${text.slice(start, end.at)}]`;
    const parsed = parse(piece, (at) => at + start - 1);
    // After a comma there must be an element.
    if (!isList(parsed) || parsed.length === 0) throw notJson(`position ${end.at}`);
    if (countMembers(parsed) !== end.members - membersBefore) {
      throw duplicate(duplicateInPiece(piece, pointerTo('', name), elements.length));
    }
    for (const element of parsed) elements.push(element);
    if (isCompared) canonical.push(canonicalOf(parsed)?.slice(1, -1));
    from = end.at + 1;
    membersBefore = end.members;
  }
  if (!isCompared) return { text, value: whole };
  return { text, value: whole, canonical: canonicalWhole(whole, name, canonical) ?? text };
}

/** `undefined` if it has no canonical text: it contains a lone surrogate. */
function canonicalOf(value: Json): string | undefined {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function canonicalWhole(
  whole: { readonly [name: string]: Json },
  listName: string,
  pieces: readonly (string | undefined)[],
): string | undefined {
  const members = Object.keys(whole)
    .sort()
    .map((name) => {
      const member = name === listName ? `[${pieces.join(',')}]` : canonicalOf(whole[name] ?? null);
      return [canonicalOf(name), member];
    });
  if ([...pieces, ...members.flat()].includes(undefined)) return undefined;
  return `{${members.map(([name, member]) => `${name}:${member}`).join(',')}}`;
}

function isObject(value: Json): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is Json[] {
  return Array.isArray(value);
}

function duplicateInPiece(piece: string, at: string, index: number): string | undefined {
  const pointer = duplicateMember(piece);
  return pointer?.replace(/^\/(\d+)/, (_, own: string) => `${at}/${index + Number(own)}`);
}

/** @param place converts a position in the text to a position in the body; 0 if they are the same */
function parse(text: string, place: 0 | ((at: number) => number)): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (error) {
    // V8's message quotes the body; ours gives only the position.
    const [where, at] = /position (\d+)(?: \(line \d+ column \d+\))?/.exec(String(error)) ?? [];
    if (where === undefined) throw notJson('its end');
    throw notJson(place === 0 ? where : `position ${place(Number(at))}`);
  }
}

function notJson(place: string): ApiError {
  return new ApiError('invalid_request', `the body is not valid JSON: error at ${place}`);
}

function duplicate(pointer: string | undefined): ApiError {
  const at = pointer ?? '';
  const faults = [{ pointer: at, message: 'appears more than once in its object' }];
  return new ApiError('invalid_request', `the body is not valid: ${at} ${faults[0]?.message}`, { faults });
}

function scanError(fault: ScanFault): ApiError {
  switch (fault) {
    case 'levels': {
      const message = `is nested over ${levelsMax} levels`;
      return new ApiError('invalid_request', `the body is not valid: it ${message}`, {
        faults: [{ pointer: '', message }],
      });
    }
    case 'values':
      return new ApiError('payload_too_large', `the body has more than ${valuesMax} values`);
    case 'values_apart':
      return new ApiError(
        'payload_too_large',
        `the body, or one item of it, has more than ${valuesApartMax} values`,
      );
  }
}
