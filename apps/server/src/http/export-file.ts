import type { OperationName } from '@billonce/contract';
import { type ExportPart, type ExportPlace, type ExportWish, itemSeparator } from '../reads/export-part.ts';
import { ApiError } from './api-error.ts';
import type { Desk } from './desk.ts';
import { ExportStream } from './export-stream.ts';
import { clientLeft } from './read-desk.ts';
import type { Call, Reply } from './router.ts';
import { isStillAllowed } from './still-allowed.ts';

/** An exported file: its rows, and the text around them. */
export interface ExportFile {
  /** a token: letters and a dot, which need no quotes */
  readonly name: string;
  readonly mediaType: string;
  readonly head: string;
  readonly tail: string;
  readonly wish: ExportWish;
}

/** The end of a JSON file. */
export const jsonTail = '\n]}\n';

/** The longest duration of an export: its place is given back within this time. */
export const exportMsMax = 3_600_000;

/**
 * Answers with a file whose rows are read part by part as the client reads them. If the client leaves, the export ends.
 * A fault, a client that does not read, and a revoked API key break the connection, so that a part is not mistaken for
 * the whole file.
 *
 * @throws {ApiError} `overloaded` if there are too many exports, of the tenant or in total
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
    // If nothing can be read, the request is refused before the file begins, instead of breaking off.
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

/** The text of a file, piece by piece; each part is read on demand. */
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
    // With a narrow filter many parts have no rows.
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
