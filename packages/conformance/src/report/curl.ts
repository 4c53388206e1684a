import type { Field } from '../wire/call.ts';
import type { Manner } from '../wire/exchange.ts';
import type { Sent } from '../world.ts';

/** Headers whose values are shown; others may be secret, and become variables of the shell. */
const open: ReadonlySet<string> = new Set(['content-type', 'accept', 'idempotency-key', 'user-agent']);
/** The most commands that are shown; more would add nothing. */
const commandsMax = 6;

/** The commands of a shell that repeat what a check sent. `keyHeader` is shown, too. */
export function curlOf(sent: readonly Sent[], keyHeader: string | undefined): string {
  const shown = sent.slice(0, commandsMax).map((one) => commandOf(one, keyHeader));
  const left = sent.length - shown.length;
  return [...shown, ...(left > 0 ? [`# and ${left} more like these`] : [])].join('\n');
}

function commandOf({ call, manner, copies }: Sent, keyHeader: string | undefined): string {
  const url = `${call.origin.origin}${call.target}`;
  const headers = call.headers.map((field) => `-H ${headerArgument(field, keyHeader)}`);
  const body = call.body.length === 0 ? [] : [`--data-binary ${quote(call.body.toString())}`];
  const parts = ['curl -i', `-X ${call.method}`, quote(url), ...headers, ...body, ...mannerArguments(manner)];
  const command = parts.join(' ');
  return copies === 1 ? command : `for i in $(seq ${copies}); do ${command} & done; wait`;
}

function headerArgument([name, value]: Field, keyHeader: string | undefined): string {
  const lower = name.toLowerCase();
  // curl sends a header without a value only with a semicolon.
  if (value === '') return quote(`${name};`);
  if (open.has(lower) || lower === keyHeader?.toLowerCase()) return quote(`${name}: ${value}`);
  return `"${name}: $${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}"`;
}

/** The arguments of curl that come closest to a client with this manner. */
function mannerArguments(manner: Manner): readonly string[] {
  switch (manner.kind) {
    case 'whole':
      return [];
    case 'slow':
      return ['--limit-rate 100'];
    case 'half-close':
      return ['# then closes its side, and reads the answer'];
    case 'hang-up':
      return [`--max-time ${Math.max(1, manner.afterMs) / 1000}`];
    case 'hang-up-in-answer':
      return ['| head -c 1'];
    case 'half-body':
      return ["-H 'Expect:' # sends half of the body, and closes"];
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
