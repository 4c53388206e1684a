import { Misuse } from '../command-line/misuse.ts';
import { parseWords } from '../command-line/parse.ts';
import { apiKeyOf, idSourceOf, integerOf, serverOf, serverUrl, tenantOf } from '../command-line/settings.ts';
import type { MoveWish } from './book.ts';
import { readKeysFile, type SuppliedKey } from './keys-file.ts';
import { moveOptions, moveSpec } from './spec.ts';
import { publicTenant } from './target.ts';

/** What to carry over, from where and where to. */
export interface MoveOptions extends MoveWish {
  /** AgentPay, without a slash at its end */
  readonly from: string;
  readonly server: string;
  readonly apiKey: string | undefined;
  readonly tenant: string;
  readonly keys: readonly SuppliedKey[];
  readonly secretsFile: string | undefined;
  readonly isJson: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the options of `billonce move-from-agentpay`.
 *
 * @throws {Misuse} if one is wrong
 */
export function parseMoveOptions(args: readonly string[], environment: Environment): MoveOptions | 'help' {
  const words = parseWords(moveSpec, moveOptions, args);
  const { values, positionals, mistakes: wrongWords, areOptionsWrong } = words;
  if (values.help) return 'help';
  if (areOptionsWrong) throw new Misuse(wrongWords.join('\n'));
  const mistakes = [...wrongWords];
  const [url] = positionals;
  const from = url === undefined ? '' : serverUrl('URL', url, mistakes);
  const server = serverOf(values.server, environment, mistakes);
  if (from !== '' && from === server) mistakes.push('AgentPay and --server are the same URL');
  const apiKey = apiKeyOf(values['api-key'], environment, mistakes);
  const tenant = tenantOf(values.tenant, environment, mistakes);
  if (tenant === undefined && apiKey !== undefined)
    mistakes.push('--tenant must name the tenant for the usage of callers without a key');
  const options = {
    from,
    server,
    apiKey,
    tenant: tenant ?? publicTenant,
    keys: keysOf(values.keys, mistakes),
    secretsFile: values.secrets,
    source: idSourceOf(values.source, mistakes) ?? 'agentpay',
    batchItems: integerOf('batch', moveOptions.batch, values.batch, mistakes),
    isDryRun: values['dry-run'],
    isJson: values.json,
  };
  if (mistakes.length > 0) throw new Misuse(mistakes.join('\n'));
  return options;
}

function keysOf(file: string | undefined, mistakes: string[]): readonly SuppliedKey[] {
  if (file === undefined) return [];
  try {
    return readKeysFile(file);
  } catch (error) {
    mistakes.push(`--keys: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
