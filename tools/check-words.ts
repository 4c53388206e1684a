import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** Words that readers stumbled over, each with what to write in its place (CONTRIBUTING.md). */
const advice: readonly (readonly [words: RegExp, instead: string])[] = [
  [/\bmend(?:s|ed|ing)?\b/gi, 'fix'],
  [/\banew\b/gi, 'again'],
  [/\b(?:some|no)body\b/gi, 'a named subject, or no one'],
  [/\b(?:who|what)ever\b/gi, 'a named subject, or any'],
  [/\bof (?:its|their|your|our) own\b/gi, 'separate'],
  [/\bby (?:itself|themselves)\b/gi, 'automatically, alone'],
  [/\b(?:is|are|was|were|be|been) told\b/gi, 'an active verb: receives, reports'],
  [/\b(?:comes?|came|stands?|stood|is|are|was|were) behind (?:it|its|them|the|another)\b/gi, 'after'],
];

/** A place in a file that a user reads, and what is to be written there. */
interface Leftover {
  readonly place: string;
  readonly text: string;
  readonly instead: string;
}

/** Checks that what users read has none of the words that are hard to read: pages, messages, help, and the contract. */
export function checkWords(): boolean {
  const pages = globSync('{README.md,CHANGELOG.md,SECURITY.md,docs/**/*.md,packages/*/*.md}');
  const sources = globSync('{apps,packages}/*/src/**/*.ts').filter(
    (file) => !file.endsWith('.test.ts') && !file.includes('/migrations/'),
  );
  if (pages.length === 0 || sources.length === 0) throw new Error('there is nothing to check');
  const leftovers = [
    ...pages.flatMap((file) => leftoversIn(file, readFileSync(file, 'utf8'), 1)),
    ...sources.flatMap((file) => textsOf(file).flatMap(({ text, line }) => leftoversIn(file, text, line))),
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

/** The texts in a source: what it can print. Comments are read by those who work on it. */
function textsOf(file: string): { readonly text: string; readonly line: number }[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const texts: { text: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      texts.push({ text: node.text, line: line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}
