import { readFileSync } from 'node:fs';

/** A lock file that names a download host is tied to the machine that wrote it. */
export function checkLockfile(): boolean {
  const hosts = readFileSync('package-lock.json', 'utf8').match(/"resolved": "https?:[^"]*"/g) ?? [];
  if (hosts.length === 0) return true;
  console.error(`package-lock.json names download hosts: ${hosts.slice(0, 3).join(', ')}`);
  return false;
}
