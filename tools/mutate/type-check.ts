import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import type { Mutant } from './instrument.ts';
import { root } from './places.ts';

/** Asks the compiler about mutants: one that it refuses could never be released, so it is not a survivor. */
export class TypeChecker {
  readonly #files: readonly string[];
  readonly #importers = new Map<string, string[]>();
  readonly #service: ts.LanguageService;
  /** the file that is changed, and its text */
  #changed: readonly [file: string, text: string] | undefined;
  #version = 0;

  /** @param files the mutated files, and those that may import them */
  constructor(files: readonly string[]) {
    this.#files = files.map((file) => path.join(root, file));
    const config = ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(
      { ...config.config, include: [], files: [] },
      ts.sys,
      root,
    );
    this.#service = ts.createLanguageService({
      // An unused name is not a type error.
      getCompilationSettings: () => ({ ...options, noUnusedLocals: false, noUnusedParameters: false }),
      getScriptFileNames: () => [...this.#files],
      getScriptVersion: (file) => (file === this.#changed?.[0] ? String(this.#version) : '0'),
      getScriptSnapshot: (file) => {
        const text = file === this.#changed?.[0] ? this.#changed[1] : ts.sys.readFile(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => root,
      getDefaultLibFileName: ts.getDefaultLibFilePath,
      fileExists: ts.sys.fileExists,
      readFile: ts.sys.readFile,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
    });
    for (const file of this.#files) {
      for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
        const imported = path.resolve(path.dirname(file), fileName);
        this.#importers.set(imported, [...(this.#importers.get(imported) ?? []), file]);
      }
    }
  }

  /** Whether the compiler refuses a mutant, in its file or in one that imports it. */
  isRefused({ file, range, replacement }: Mutant): boolean {
    const changed = path.join(root, file);
    const source = readFileSync(changed, 'utf8');
    this.#changed = [changed, source.slice(0, range[0]) + replacement + source.slice(range[1])];
    this.#version += 1;
    return [changed, ...(this.#importers.get(changed) ?? [])].some((one) => this.#hasErrors(one));
  }

  #hasErrors(file: string): boolean {
    return (
      this.#service.getSyntacticDiagnostics(file).length > 0 ||
      this.#service
        .getSemanticDiagnostics(file)
        .some(({ category }) => category === ts.DiagnosticCategory.Error)
    );
  }
}
