import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** Words that readers stumbled over, each with its replacement (CONTRIBUTING.md). */
const advice: readonly (readonly [words: RegExp, instead: string])[] = [
  [/\bmend(?:s|ed|ing)?\b/gi, 'fix'],
  [/\banew\b/gi, 'again'],
  [/\b(?:some|(?<!user )no)body\b/gi, 'a named subject, or no one'],
  [/\b(?:who|what)ever\b/gi, 'a named subject, or any'],
  [/\bof (?:its|their|your|our) own\b/gi, 'separate'],
  [/\bby (?:itself|themselves)\b/gi, 'automatically, alone'],
  [/\b(?:is|are|was|were|be|been) told\b/gi, 'an active verb: receives, reports'],
  [/\b(?:what|where) (?:it |they )?(?:stands?|stood)\b/gi, 'is, or a verb that says how'],
  [/\b(?:comes?|came|stands?|stood|is|are|was|were) behind (?:it|its|them|the|another)\b/gi, 'after'],
];

/** The files whose comments and test names are checked as well. */
const cleanSources = [
  'packages/*/src/**/*.ts',
  'packages/*/test/**/*.ts',
  'apps/server/src/**/*.ts',
  'apps/server/test/**/*.ts',
  'apps/dashboard/{src,build,test}/**/*.{ts,tsx}',
  'tools/*.{ts,mjs}',
];
const testFunctions: ReadonlySet<string> = new Set(['test', 'describe', 'it']);

/** A word that was found, and its replacement. */
interface Leftover {
  readonly place: string;
  readonly text: string;
  readonly instead: string;
}

/** Checks that pages, messages, help, the contract, comments and test names contain no words that are hard to read. */
export function checkWords(): boolean {
  const pages = globSync('{README.md,CHANGELOG.md,SECURITY.md,docs/**/*.md,packages/*/*.md}');
  const sources = globSync('{apps,packages}/*/src/**/*.{ts,tsx}').filter(
    (file) => !file.endsWith('.test.ts') && !file.includes('/migrations/'),
  );
  const clean = globSync(cleanSources).filter(
    (file) => !file.includes('/node_modules/') && !file.includes('/migrations/'),
  );
  if ([pages, sources, clean].some(({ length }) => length === 0))
    throw new Error('there is nothing to check');
  const leftovers = [
    ...pages.flatMap((file) => leftoversIn(file, readFileSync(file, 'utf8'), 1)),
    ...sources.flatMap((file) => textsOf(file).flatMap(({ text, line }) => leftoversIn(file, text, line))),
    ...clean.flatMap((file) => commentsOf(file).flatMap(({ text, line }) => leftoversIn(file, text, line))),
    ...clean
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) =>
        textsOf(file, isTestName).flatMap(({ text, line }) => leftoversIn(file, text, line)),
      ),
  ];
  for (const { place, text, instead } of leftovers) console.error(`${place}: "${text}": write ${instead}`);
  return leftovers.length === 0;
}

function leftoversIn(file: string, text: string, firstLine: number): Leftover[] {
  return text.split('\n').flatMap((line, index) =>
    advice.flatMap(([words, instead]) =>
      [...line.matchAll(words)].map(([found]) => ({
        place: `${file}:${firstLine + index}`,
        text: found,
        instead,
      })),
    ),
  );
}

interface Text {
  readonly text: string;
  readonly line: number;
}

/** The comments of a source, line by line. A comment at the end of a line of code is not checked. */
function commentsOf(file: string): Text[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((text, index) => ({ text, line: index + 1 }))
    .filter(({ text }) => /^\s*(?:\/\/|\/?\*)/.test(text));
}

/** Whether a text is the first argument of a call such as `test(…)`. */
function isTestName(node: ts.Node): boolean {
  const template = ts.isTemplateSpan(node.parent) ? node.parent.parent : node.parent;
  const text = ts.isTemplateExpression(template) ? template : node;
  const call = text.parent;
  return (
    ts.isCallExpression(call) &&
    call.arguments[0] === text &&
    ts.isIdentifier(call.expression) &&
    testFunctions.has(call.expression.text)
  );
}

/** The strings in a source, or those that a filter selects. */
function textsOf(file: string, isWanted: (node: ts.Node) => boolean = () => true): Text[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const texts: Text[] = [];
  const visit = (node: ts.Node): void => {
    const isText =
      ts.isStringLiteralLike(node) ||
      ts.isJsxText(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddleOrTemplateTail(node);
    if (isText && isWanted(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      texts.push({ text: node.text, line: line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}
