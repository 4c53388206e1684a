import type { OperationName } from '@billonce/contract';
import { type ExportPart, type ExportPlace, type ExportWish, itemSeparator } from '../reads/export-part.ts';
import { ApiError } from './api-error.ts';
import type { Desk } from './desk.ts';
import { ExportStream } from './export-stream.ts';
import { clientLeft } from './read-desk.ts';
import type { Call, Reply } from './router.ts';
import { isStillAllowed } from './still-allowed.ts';

/** A file that is exported: the text around its rows, and which rows they are. */
export interface ExportFile {
  /** a token: letters and a dot, which need no quotes */
  readonly name: string;
  readonly mediaType: string;
  readonly head: string;
  readonly tail: string;
  readonly wish: ExportWish;
}

/** What ends a file of JSON. */
export const jsonTail = '\n]}\n';

/** The most that an export may last: the place that it has is given back within this time. */
export const exportMsMax = 3_600_000;

/**
 * Answers with a file, whose rows are read part by part as the client takes them. A client that goes away ends the
 * export. A fault, a client that does not read, and an API key that is revoked break the connection, so that no one
 * takes a part for the whole.
 *
 * @throws {ApiError} `overloaded` when too many exports go on, of the tenant or of all
 */
export async function exportFile<N extends OperationName>(
  desk: Desk,
  call: Call<N>,
  file: ExportFile,
): Promise<Reply> {
  const headers = [
    ['content-type', file.mediaType],
    ['content-disposition', `attachment; filename=${file.name}`],
    ['cache-control', 'no-store'],
  ] as const;
  if (call.request.method === 'HEAD') return { status: 200, headers };
  const giveBack = await desk.reads.takeExportPlace(call);
  try {
    // What cannot be read at all is refused, and not begun and broken off.
    const first = await desk.reads.exportPart(call, file.wish, undefined);
    const stream = new ExportStream(textOf(desk, call, file, first), exportMsMax);
    stream.once('close', giveBack);
    clientLeft(call.request.raw.socket).addEventListener('abort', () => stream.destroy(), { once: true });
    return { status: 200, headers, body: stream };
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** The text of a file, piece by piece; each part of it is read when it is asked for. */
async function* textOf<N extends OperationName>(
  desk: Desk,
  call: Call<N>,
  { head, tail, wish }: ExportFile,
  first: ExportPart,
): AsyncGenerator<string> {
  const isJson = wish.kind !== 'settlements' && wish.format === 'json';
  let separator = isJson ? '\n' : '';
  let text = head;
  for (let part: ExportPart | undefined = first; part !== undefined; ) {
    // Of a narrow filter many parts have no rows.
    if (part.text !== '') {
      text += separator + part.text;
      separator = isJson ? itemSeparator : '';
    }
    if (text !== '') yield text;
    text = '';
    part = part.next && (await nextPart(desk, call, wish, part.next));
  }
  if (tail !== '') yield tail;
}

async function nextPart<N extends OperationName>(
  desk: Desk,
  call: Call<N>,
  wish: ExportWish,
  place: ExportPlace,
): Promise<ExportPart> {
  if (!(await isStillAllowed(desk, call.caller))) {
    throw new ApiError('unauthorized', 'the API key was revoked during the export');
  }
  return await desk.reads.exportPart(call, wish, place);
}
