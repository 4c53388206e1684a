import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { sha256 } from '../../core/digest.ts';
import { boundaryOf } from '../../core/multipart.ts';

/** A file as multer leaves it: in memory or on disk. */
interface UploadedFile {
  readonly fieldname: string;
  readonly originalname: string;
  readonly mimetype: string;
  readonly buffer?: unknown;
  readonly path?: unknown;
}

/**
 * The form that is compared if multer has put its files on the request: its fields, and for each file the name, the
 * type and a digest of the bytes.
 *
 * @returns `undefined` for a request without such files
 */
export function uploadedForm(request: unknown, fields: unknown): Promise<unknown> | undefined {
  const files = filesOf(request);
  return files === undefined ? undefined : compared(files, fields);
}

/**
 * The form that is compared if `@fastify/multipart` has put its parts into the body, including files.
 *
 * @returns `undefined` for another body, and for a file that was read elsewhere
 */
export function attachedForm(request: unknown, body: unknown): Promise<unknown> | undefined {
  if (typeof member(request, 'isMultipart') !== 'function') return undefined;
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = Object.entries(body).map(([name, value]) => ({ name, values: [value].flat() }));
  if (!fields.every(({ values }) => values.every(isAttached))) return undefined;
  return Promise.all(
    fields.map(async ({ name, values }) => [name, await Promise.all(values.map(comparedPart))]),
  );
}

function isAttached(value: unknown): boolean {
  if (typeof value === 'string' || value instanceof Uint8Array) return true;
  return member(value, 'type') === 'field' || member(value, '_buf') instanceof Uint8Array;
}

async function comparedPart(value: unknown): Promise<unknown> {
  if (value instanceof Uint8Array) return sha256(value);
  if (typeof value === 'string') return { text: value };
  if (member(value, 'type') === 'field') return { text: member(value, 'value') };
  const bytes = member(value, '_buf');
  const digest = bytes instanceof Uint8Array ? sha256(bytes) : undefined;
  return [member(value, 'filename'), member(value, 'mimetype'), digest];
}

/**
 * Whether the form has only the fields that a parser left, judged by the announced length: there are no files
 * elsewhere.
 */
export function isWholeForm(headers: IncomingHttpHeaders, fields: unknown): boolean {
  const boundary = boundaryOf(headers['content-type'] ?? '');
  if (boundary === undefined || typeof fields !== 'object' || fields === null) return false;
  let parts = '';
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) {
      if (typeof one !== 'string') return false;
      parts += `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${one}\r\n`;
    }
  }
  const missing = Number(headers['content-length']) - Buffer.byteLength(`${parts}--${boundary}--`);
  // Some clients add a line break at the end.
  return missing === 0 || missing === 2;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

async function compared(files: readonly UploadedFile[], fields: unknown): Promise<unknown> {
  const parts: unknown[] = [];
  for (const file of files) {
    const { fieldname, originalname, mimetype } = file;
    parts.push([fieldname, originalname, mimetype, await digestOf(file)]);
  }
  return { fields: { ...Object(fields) }, files: parts };
}

function filesOf(request: unknown): readonly UploadedFile[] | undefined {
  if (typeof request !== 'object' || request === null) return undefined;
  const one = 'file' in request ? [request.file] : [];
  const many = 'files' in request ? listOf(request.files) : [];
  const files = [...one, ...many];
  return files.length > 0 && files.every(isUploadedFile) ? files : undefined;
}

/** `array()` and `any()` leave a list, `fields()` a list for each field. */
function listOf(files: unknown): readonly unknown[] {
  if (Array.isArray(files)) return files;
  return typeof files === 'object' && files !== null ? Object.values(files).flat() : [];
}

function isUploadedFile(value: unknown): value is UploadedFile {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string) => typeof Reflect.get(value, name) === 'string';
  const isHere = Reflect.get(value, 'buffer') instanceof Uint8Array || has('path');
  return has('fieldname') && has('originalname') && has('mimetype') && isHere;
}

async function digestOf({ buffer, path }: UploadedFile): Promise<string> {
  if (buffer instanceof Uint8Array) return sha256(buffer);
  const hash = createHash('sha256');
  await pipeline(createReadStream(String(path)), hash);
  return hash.digest('hex');
}
