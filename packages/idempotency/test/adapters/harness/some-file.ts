import { fileURLToPath } from 'node:url';

/** The path of a file of more than 64 KiB: the type declarations of the laws' own compiler. */
export const someFile = fileURLToPath(import.meta.resolve('typescript/lib/lib.es5.d.ts'));
