import { closeSync, openSync, readSync } from 'node:fs';
import { compileValidator, Tenant } from '@billonce/contract';

/** An API key that clients use, and its tenant here. */
export interface SuppliedKey {
  readonly key: string;
  readonly tenant: string;
  /** `undefined`: the label in AgentPay */
  readonly label: string | undefined;
}

const bytesMax = 2 * 1_024 * 1_024;
const validateTenant = compileValidator(Tenant);

/**
 * Reads lines of `apk_… TENANT [label]`; empty lines and lines that begin with # are skipped. No message shows a key.
 *
 * @throws {Error} if a line has another form, a key appears twice, or the file is too large
 */
export function readKeysFile(path: string): readonly SuppliedKey[] {
  const keys: SuppliedKey[] = [];
  const seen = new Set<string>();
  for (const [index, line] of boundedText(path).split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, key = '', tenant = '', label = ''] = /^(\S+)\s+(\S+)(?:\s+(\S.*))?$/.exec(line.trim()) ?? [];
    const place = `${path}, line ${index + 1}`;
    if (!/^apk_[0-9a-f]{32}$/.test(key)) {
      throw new Error(
        `${place}: it must be an API key (apk_ and 32 hexadecimal digits), a space, a tenant, and optionally a space and a label`,
      );
    }
    const validated = validateTenant(tenant);
    if (validated.kind === 'invalid') {
      throw new Error(`${place}: the tenant ${validated.faults.map(({ message }) => message).join('; ')}`);
    }
    if (seen.has(key)) throw new Error(`${place}: this key is in the file twice`);
    seen.add(key);
    keys.push({ key, tenant, label: label === '' ? undefined : label });
  }
  return keys;
}

function boundedText(path: string): string {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(bytesMax + 1);
    let length = 0;
    for (;;) {
      const read = readSync(file, buffer, length, buffer.length - length, null);
      length += read;
      if (length > bytesMax) throw new Error(`${path} is larger than ${bytesMax} bytes`);
      if (read === 0) return buffer.toString('utf8', 0, length);
    }
  } finally {
    closeSync(file);
  }
}
