import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { onEnd } from './on-end.ts';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const installTimeoutMs = 280_000;
const install = `
test -x ${candidates[0]} && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y --no-install-recommends chromium`;
/** How long a test waits for a page to show something. Other tests may use the same processors. */
export const pagePatienceMs = 120_000;
/** Chromium cannot use its sandbox as root. It must not connect to other servers. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
];

/**
 * Starts a real browser that ends with the test: the machine's Chromium. On Debian, root installs it if it is missing.
 *
 * @throws {Error} if there is none
 */
export async function startChromium(t: TestContext): Promise<Browser> {
  const executablePath = find() ?? (await installed());
  const browser = await chromium.launch({ executablePath, args: flags });
  onEnd(t, () => browser.close());
  return browser;
}

function find(): string | undefined {
  return candidates.find((path) => existsSync(path));
}

async function installed(): Promise<string> {
  let cause: unknown = new Error('not root');
  if (process.getuid?.() === 0) {
    const lock = join(tmpdir(), 'billonce-chromium-install.lock');
    cause = await promisify(execFile)('flock', [lock, 'sh', '-c', install], {
      timeout: installTimeoutMs,
    }).catch((error: unknown) => error);
  }
  const found = find();
  if (found !== undefined) return found;
  throw new Error(
    'NO BROWSER: this test needs Chromium, and it could not be installed (tried on Debian, as root)',
    {
      cause,
    },
  );
}
