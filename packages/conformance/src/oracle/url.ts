import type { Oracle } from './count-source.ts';
import { countIn } from './whole-number.ts';

const timeoutMs = 10_000;

/** Counts what a GET answers. The fragment of the URL is a JSON pointer to the number. */
export function urlOracle(url: URL, headers: Readonly<Record<string, string>>): Oracle {
  const pointer = decodeURIComponent(url.hash.slice(1));
  return {
    description: `GET ${url.href}`,
    count: async () => {
      const { answer, text } = await get(url, headers);
      if (!answer.ok) throw new Error(`GET ${url.href} answered ${answer.status}`);
      return countIn(text, pointer, `GET ${url.href}`);
    },
  };
}

async function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly answer: Response; readonly text: string }> {
  try {
    const answer = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { answer, text: await answer.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new Error(`GET ${url.href} cannot be read (${reason})`, { cause: error });
  }
}
