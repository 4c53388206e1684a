import { compileValidator, operations } from '@billonce/contract';
import { Misuse } from '../command-line/misuse.ts';
import { parseWords } from '../command-line/parse.ts';
import { apiKeyOf, serverOf, tenantOf } from '../command-line/settings.ts';
import type { RemoteAccess } from '../remote/call-server.ts';
import type { Run } from './run.ts';
import { settleOptions, settleSpec } from './spec.ts';

/** What to settle, and where. */
export interface RunOptions extends RemoteAccess, Run {
  readonly isJson: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const validateRun = compileValidator(operations.listSettlements.query);
const validateQuote = compileValidator(operations.readQuote.query);

/**
 * Reads the options of `billonce settle`.
 *
 * @throws {Misuse} if one is wrong
 */
export function parseRunOptions(args: readonly string[], environment: Environment): RunOptions | 'help' {
  const { values, mistakes: wrongWords, areOptionsWrong } = parseWords(settleSpec, settleOptions, args);
  if (values.help) return 'help';
  if (areOptionsWrong) throw new Misuse(wrongWords.join('\n'));
  const mistakes = [...wrongWords];
  const { run: runId = '', before } = values;
  if (validateRun({ runId }).kind === 'invalid')
    mistakes.push('--run must name the run: 1 to 64 letters, digits, and . _ - :');
  if (before !== undefined && validateQuote({ recordedBefore: before }).kind === 'invalid')
    mistakes.push('--before must be an RFC 3339 timestamp with an offset, such as 2026-12-01T00:00:00Z');
  const options = {
    server: serverOf(values.server, environment, mistakes),
    apiKey: apiKeyOf(values['api-key'], environment, mistakes),
    tenant: tenantOf(values.tenant, environment, mistakes),
    runId,
    before,
    isJson: values.json,
  };
  if (mistakes.length > 0) throw new Misuse(mistakes.join('\n'));
  return options;
}
