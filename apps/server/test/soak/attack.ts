import { spawn } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Pattern, Target } from './pattern.ts';

/** A pattern that runs until it is stopped. */
export interface Attack {
  stop(): Promise<void>;
}

/** Attacks from this process, for the short version, which does not judge times. */
export function attackFromHere(pattern: Pattern, target: Target): Attack {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  const attack = pattern.attack(target, ending.signal);
  return {
    stop: async () => {
      ending.abort();
      await attack;
    },
  };
}

const attackerMain = fileURLToPath(new URL('./attacker.ts', import.meta.url));

/** Attacks from a separate process. */
export async function attackFromProcess(
  pattern: Pattern,
  target: Target,
  secondsMax: number,
): Promise<Attack> {
  const child = spawn(
    process.execPath,
    [attackerMain, pattern.name, target.url, target.apiKey, String(secondsMax)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const gone = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), gone]);
  return {
    stop: async () => {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await gone;
      clearTimeout(timer);
    },
  };
}
