import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { type PackageEntry, packageEntries, readManifest } from './package-manifest.ts';

/** The public API of one entry, as text. */
interface ApiReport {
  readonly file: string;
  readonly text: string;
}

/** The committed reports that do not match the exports of the built package. */
export function staleReports(packageFolder: string, builtFolder: string): readonly string[] {
  const reports = apiReports(packageFolder, builtFolder);
  const reportFolder = path.join(packageFolder, 'api');
  const stale = reports.filter(({ file, text }) => {
    const kept = path.join(reportFolder, file);
    return !existsSync(kept) || readFileSync(kept, 'utf8') !== text;
  });
  return [...stale.map(({ file }) => file), ...surplus(reportFolder, reports)].map(
    (file) => `packages/${path.basename(packageFolder)}/api/${file}`,
  );
}

/** Writes the reports of the built package, and removes those of entries that are gone. */
export function writeReports(packageFolder: string, builtFolder: string): void {
  const reports = apiReports(packageFolder, builtFolder);
  const reportFolder = path.join(packageFolder, 'api');
  mkdirSync(reportFolder, { recursive: true });
  for (const { file, text } of reports) writeFileSync(path.join(reportFolder, file), text);
  for (const file of surplus(reportFolder, reports)) rmSync(path.join(reportFolder, file));
}

function surplus(reportFolder: string, reports: readonly ApiReport[]): readonly string[] {
  return globSync('*', { cwd: reportFolder }).filter((name) => !reports.some(({ file }) => file === name));
}

/** A name in the public API of an entry, and its declaration. */
interface Member {
  readonly name: string;
  readonly symbol: ts.Symbol;
  /** whether the entry exports only the type of a class */
  readonly isTypeOnly: boolean;
}

/** Prints declarations without comments, so that a report changes only when the API does. */
const printer = ts.createPrinter({ removeComments: true, newLine: ts.NewLineKind.LineFeed });

/**
 * Prints the exports of each entry of the built package: a declaration in full with the first entry that has it, by
 * reference with the others. The declarations that these mention and that no entry exports follow,
 * because a change of them is a change of the API, too.
 */
function apiReports(packageFolder: string, builtFolder: string): readonly ApiReport[] {
  const entries = packageEntries(readManifest(packageFolder));
  const files = entries.map(({ built }) => path.join(builtFolder, `${built}.d.ts`));
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2024,
    noEmit: true,
    types: [],
    noLib: true,
  });
  const face = new PublicFace(program.getTypeChecker(), builtFolder);
  const faces = entries.map((entry, at) => {
    const source = program.getSourceFile(files[at] ?? '');
    if (source === undefined) throw new Error(`${entry.specifier} was not built`);
    return { entry, members: face.enter(entry, source) };
  });
  return faces.map(({ entry, members }) => ({
    file: `${entry.name}.api.md`,
    text: face.report(entry, members),
  }));
}

class PublicFace {
  readonly #checker: ts.TypeChecker;
  readonly #builtFolder: string;
  /** the entry that has the declaration in full */
  readonly #homes = new Map<ts.Symbol, PackageEntry>();

  constructor(checker: ts.TypeChecker, builtFolder: string) {
    this.#checker = checker;
    this.#builtFolder = builtFolder;
  }

  /** The exports of an entry. A declaration that no earlier entry exports is printed in full there. */
  enter(entry: PackageEntry, source: ts.SourceFile): readonly Member[] {
    const members = this.#exportsOf(source);
    for (const { symbol } of members) if (!this.#homes.has(symbol)) this.#homes.set(symbol, entry);
    return members;
  }

  report(entry: PackageEntry, members: readonly Member[]): string {
    const declared = members.filter(({ symbol }) => this.#homes.get(symbol) === entry);
    const mentioned = this.#mentionedBy(declared);
    for (const { symbol } of mentioned) this.#homes.set(symbol, entry);
    const parts = [
      ...declared.map((member) => this.#print(member)),
      ...members.filter((member) => !declared.includes(member)).map((member) => this.#reference(member)),
    ];
    const hidden = mentioned.map((member) => this.#print(member));
    return [
      `# ${entry.specifier}`,
      'Printed by `npm run docs` from the built declarations; not to be edited here.',
      fenced(parts),
      ...(hidden.length === 0 ? [] : ['## Mentioned above, not exported here', fenced(hidden)]),
      '',
    ]
      .join('\n\n')
      .replace(/(?<!\n)\n+$/, '\n');
  }

  #exportsOf(source: ts.SourceFile): readonly Member[] {
    const module = this.#checker.getSymbolAtLocation(source);
    if (module === undefined) return [];
    return this.#checker
      .getExportsOfModule(module)
      .map((symbol) => ({
        name: symbol.name,
        symbol: this.#resolved(symbol),
        isTypeOnly: isTypeOnly(symbol),
      }))
      .sort(byName);
  }

  #resolved(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #mentionedBy(members: readonly Member[]): readonly Member[] {
    const found: Member[] = [];
    const seen = new Set(members.map(({ symbol }) => symbol));
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) {
        const at = this.#checker.getSymbolAtLocation(node);
        const symbol = at === undefined ? undefined : this.#resolved(at);
        if (
          symbol !== undefined &&
          !seen.has(symbol) &&
          !this.#homes.has(symbol) &&
          this.#isTopLevel(symbol)
        ) {
          seen.add(symbol);
          found.push({ name: symbol.name, symbol, isTypeOnly: false });
          for (const declaration of symbol.declarations ?? []) visit(declaration);
        }
      }
      ts.forEachChild(node, visit);
    };
    for (const { symbol } of members) for (const declaration of symbol.declarations ?? []) visit(declaration);
    return found.sort(byName);
  }

  /** Whether it is a top-level declaration in a module of the package: not a member, a parameter, or another package's. */
  #isTopLevel(symbol: ts.Symbol): boolean {
    return (symbol.declarations ?? []).some((declaration) => {
      const file = path.relative(this.#builtFolder, declaration.getSourceFile().fileName);
      return !file.startsWith('..') && statementOf(declaration).parent === declaration.getSourceFile();
    });
  }

  #reference({ name, symbol, isTypeOnly }: Member): string {
    return `export ${isTypeOnly ? 'type ' : ''}{ ${name} } from '${this.#homes.get(symbol)?.specifier}';`;
  }

  #print({ symbol, isTypeOnly }: Member): string {
    const isClass = (symbol.flags & ts.SymbolFlags.Value) !== 0;
    const texts = (symbol.declarations ?? []).map((declaration) =>
      printer
        .printNode(ts.EmitHint.Unspecified, statementOf(declaration), declaration.getSourceFile())
        .replaceAll('    ', '  '),
    );
    return [...(isTypeOnly && isClass ? ['// only as a type'] : []), ...texts].join('\n');
  }
}

function isTypeOnly(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    (declaration) => ts.isExportSpecifier(declaration) && isTypeOnlyExport(declaration),
  );
}

function isTypeOnlyExport(specifier: ts.ExportSpecifier): boolean {
  return specifier.isTypeOnly || specifier.parent.parent.isTypeOnly;
}

function statementOf(declaration: ts.Declaration): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

function byName(a: Member, b: Member): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

function fenced(parts: readonly string[]): string {
  return ['```ts', parts.join('\n\n'), '```'].join('\n');
}
