import { type Config, parseConfig } from '../../config.ts';
import { isLoopbackHost } from '../../loopback.ts';
import { estimatedBits, secretBitsMin } from '../../secret-strength.ts';
import { type Finding, findingsOf } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration as a server reads it; without it, no other check can run. */
export function checkConfig(environment: Environment): {
  readonly findings: readonly Finding[];
  readonly config: Config | undefined;
} {
  const { ok, fix, stop } = findingsOf('configuration');
  const parsed = parseConfig(environment);
  if (parsed.kind === 'invalid') {
    return {
      findings: parsed.mistakes.map((mistake) => stop(mistake, 'correct the variable')),
      config: undefined,
    };
  }
  const { config, warnings } = parsed;
  const findings =
    warnings.length > 0
      ? warnings.map((warning) =>
          fix(warning, 'correct or unset the variable, or protect the way to the server'),
        )
      : [ok('the variables are valid, and none is misspelt')];
  return { findings, config };
}

/** Whether callers need a key, and whether it can be guessed. The server refuses a weak one; here its strength is shown. */
export function checkSecrets({ adminApiKey, adminApiKeyOld, atRestKeys, host }: Config): readonly Finding[] {
  const { ok, fix, stop } = findingsOf('secrets');
  if (adminApiKey === undefined) {
    return [
      fix(
        `development mode: every program of this machine may read and change the books${isLoopbackHost(host) ? '' : `, on ${host}`}`,
        'set ADMIN_API_KEY, such as to the output of: openssl rand -hex 32',
      ),
    ];
  }
  const bits = Math.floor(estimatedBits(adminApiKey));
  const strength = `ADMIN_API_KEY has about ${bits} bits`;
  const findings = [
    bits < secretBitsMin
      ? stop(strength, `replace it with a random one of ${secretBitsMin} bits or more: openssl rand -hex 32`)
      : ok(strength),
  ];
  if (adminApiKeyOld !== undefined)
    findings.push(fix('ADMIN_API_KEY_OLD is still accepted', 'unset it once all clients have the new key'));
  if (atRestKeys.length === 0)
    findings.push(
      ok('answers that are kept for retries are not encrypted: ANSWER_ENCRYPTION_KEYS would encrypt them'),
    );
  return findings;
}
