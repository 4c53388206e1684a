import { globSync, readFileSync } from 'node:fs';

/** Terms of HTTP and of its answers. The domain reports facts; `answers/` renders them. */
const words: readonly RegExp[] = [
  /\/api\/v\d/,
  /\bHTTP\b/,
  /\bETags?\b|\bif-?match\b/i,
  /\bentity tags?\b/i,
  /\bstatus: (?:[1-5]\d\d)\b/,
  /\bJSON\.(?:parse|stringify)\b/,
  /\b(?:headers?|body|location):/,
];

/** `location` is a fact of an idempotency record, which the ledger hands over with a refusal. */
const excepted = /^ +readonly location: string \| undefined;$/;

/** Checks that the domain knows no status code, path, header or text of an answer. */
export function checkDomain(): boolean {
  const files = globSync('apps/server/src/domain/**/*.ts').filter((file) => !file.endsWith('.test.ts'));
  if (files.length === 0) throw new Error('there is nothing to check');
  const found = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        words.some((word) => word.test(line)) && !excepted.test(line)
          ? [`${file}:${index + 1}: ${line.trim()}`]
          : [],
      ),
  );
  for (const place of found) console.error(`${place}: render this in apps/server/src/answers`);
  return found.length === 0;
}
