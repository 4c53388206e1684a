/** A write whose answer is not certain. */
interface Pending {
  readonly what: string;
  readonly key: string;
  readonly atMs: number;
}

const storedName = 'billonce.pending-writes';
/** The server keeps keys for a day by default: after that the same key proves nothing. */
const keptMs = 86_400_000;
const keptMax = 100;

/**
 * The idempotency key of a write: that of the last attempt, as long as its answer is not certain, otherwise a new one. It stays in
 * the tab, so that closing a dialog or reading the page again does not turn a second click into a second write.
 */
export function keyOfWrite(what: string, nowMs = Date.now()): string {
  const others = pendingAt(nowMs);
  const known = others.find((one) => one.what === what);
  if (known !== undefined) return known.key;
  const key = newKey();
  store([...others, { what, key, atMs: nowMs }].slice(-keptMax));
  return key;
}

/** Forgets the key of a write whose answer is certain. */
export function forgetWrite(what: string, nowMs = Date.now()): void {
  store(pendingAt(nowMs).filter((one) => one.what !== what));
}

function pendingAt(nowMs: number): Pending[] {
  return parsed(sessionStorage.getItem(storedName)).filter(({ atMs }) => atMs > nowMs - keptMs);
}

function parsed(text: string | null): Pending[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter(isPending) : [];
  } catch {
    return [];
  }
}

function isPending(value: unknown): value is Pending {
  if (typeof value !== 'object' || value === null) return false;
  const [what, key, atMs] = ['what', 'key', 'atMs'].map((name): unknown => Reflect.get(value, name));
  return typeof what === 'string' && typeof key === 'string' && typeof atMs === 'number';
}

function store(pending: readonly Pending[]): void {
  if (pending.length === 0) sessionStorage.removeItem(storedName);
  else sessionStorage.setItem(storedName, JSON.stringify(pending));
}

/** 128 random bits. `crypto.randomUUID` exists only on pages that are served over TLS or from this machine. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `dashboard-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
