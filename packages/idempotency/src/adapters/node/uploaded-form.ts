import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { sha256 } from '../../core/digest.ts';

/** A file as multer leaves it: in memory or on disk. */
interface UploadedFile {
  readonly fieldname: string;
  readonly originalname: string;
  readonly mimetype: string;
  readonly buffer?: unknown;
  readonly path?: unknown;
}

/**
 * What a form is compared by whose files multer has put on the request: its fields, and of each file the name, the type
 * and a digest of the bytes.
 *
 * @returns `undefined` for a request without such files
 */
export function uploadedForm(request: unknown, fields: unknown): Promise<unknown> | undefined {
  const files = filesOf(request);
  return files === undefined ? undefined : compared(files, fields);
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
