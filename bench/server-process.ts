import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A server in a separate process. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a server, and waits until it reports its address. */
export async function startServer(
  file: string,
  environment: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /listens on http:\/\/[^:]+:(\d+)/.exec(printed)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.on('exit', () => reject(new Error(`${file} ended before it listened:\n${printed}`)));
  });
  if (child.pid === undefined) throw new Error(`${file} was not started`);
  return {
    port,
    pid: child.pid,
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
