import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { PageBlock } from './page-blocks.ts';

const packageFolder = fileURLToPath(new URL('../../..', import.meta.url));

const options: ts.CompilerOptions = {
  strict: true,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2024,
  lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  esModuleInterop: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

/** The compiler's errors in each block under `strict`, as if a team had copied it into a TypeScript file. */
export function typeErrorsOf(blocks: readonly PageBlock[]): readonly string[] {
  // The types of Koa's body parser give every request of Node a body, including requests of Express.
  const isKoa = ({ code }: PageBlock) => code.includes("from 'koa'");
  return [blocks.filter(isKoa), blocks.filter((block) => !isKoa(block))].flatMap(errorsIn);
}

function errorsIn(blocks: readonly PageBlock[]): readonly string[] {
  const files = new Map(blocks.map((block) => [pathOf(block), block]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, directoryExists } = host;
  const folders = new Set([...files.keys()].map((file) => dirname(file)));
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file)?.code ?? readFile(file);
  host.directoryExists = (folder) => folders.has(folder) || directoryExists?.(folder) === true;
  const program = ts.createProgram({ rootNames: [...files.keys()], options, host });
  return [...files].flatMap(([path, block]) => {
    const source = program.getSourceFile(path);
    if (source === undefined) throw new Error(`${block.page}: ${block.file} was not read`);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      (fault) => `${block.page}: ${block.file}${placeOf(fault)}: ${textOf(fault)}`,
    );
  });
}

function pathOf({ page, file }: PageBlock): string {
  return `${packageFolder}test/pages/${page.replaceAll('/', '-')}/${file.replace(/\.js$/, '.ts')}`;
}

function placeOf({ file, start }: ts.Diagnostic): string {
  if (file === undefined || start === undefined) return '';
  return `:${file.getLineAndCharacterOfPosition(start).line + 1}`;
}

function textOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, ' ');
}
