import type { Api } from './api.ts';
import type { AtOnceKind } from './at-once-kinds.ts';
import { inParallel } from './workload.ts';

const lanes = 64;
const retryMs = 20;

/**
 * Sends this many writes at the same time, retries each under its key until it is answered, and returns how many were
 * accepted.
 */
export async function sendAtOnce(
  kind: AtOnceKind,
  apiFor: (number: number) => Api,
  writes: number,
): Promise<number> {
  let accepted = 0;
  let number = 0;
  const next = () => (number < writes ? number++ : undefined);
  await inParallel(lanes, next, async (at) => {
    for (let tries = 0; ; tries++) {
      const outcome = await sent(kind, apiFor(at + tries), at);
      if (outcome === 'accepted') accepted += 1;
      if (outcome !== 'unanswered') return;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  });
  return accepted;
}

async function sent(
  { write, refusal }: AtOnceKind,
  api: Api,
  at: number,
): Promise<'accepted' | 'refused' | 'unanswered'> {
  const { path, body } = write(at);
  try {
    const { status, json } = await api.post(path, body, `key-${at}`);
    if (status === 201) return 'accepted';
    return json?.error === refusal ? 'refused' : 'unanswered';
  } catch {
    return 'unanswered';
  }
}
