import { X509Certificate } from 'node:crypto';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { fileVariableOf } from '../../variables/variables.ts';
import { type Finding, findingsOf, reasonOf } from './finding.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const dayMs = 86_400_000;
const daysLeftMin = 14;
const of = findingsOf('files');

/** Files with secrets, whose rights keep other users out, and the certificate. */
export function checkFiles(environment: Environment, { tls }: Config, nowMs: number): readonly Finding[] {
  const secrets = ['ADMIN_API_KEY', 'ADMIN_API_KEY_OLD'].flatMap((name) => {
    const file = environment[fileVariableOf(name)]?.trim();
    return file === undefined || file === '' ? [] : [checkSecretFile(fileVariableOf(name), file)];
  });
  if (tls === undefined) return secrets;
  return [...secrets, checkSecretFile('TLS_KEY_FILE', tls.keyFile), checkCertificate(tls.certFile, nowMs)];
}

function checkSecretFile(name: string, file: string): Finding {
  try {
    accessSync(file, constants.R_OK);
    return isOpenToOthers(file)
      ? of.fix(
          `${name}: every user of this machine may use ${file}`,
          `remove the rights of other users: chmod o= ${file}`,
        )
      : of.ok(`${name}: ${file} is closed to other users`);
  } catch (error) {
    return of.stop(`${name}: ${reasonOf(error)}`, 'correct its name, or let the user of the server read it');
  }
}

/** Whether users other than its owner and its group have a right to a file. Windows has other rights, which are not looked at. */
export function isOpenToOthers(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o007) !== 0;
}

function checkCertificate(file: string, nowMs: number): Finding {
  try {
    const { validTo, subjectAltName = 'no name' } = new X509Certificate(readFileSync(file));
    const days = Math.floor((Date.parse(validTo) - nowMs) / dayMs);
    const found = `the certificate for ${subjectAltName} is valid until ${validTo}`;
    if (days < 0) return of.stop(found, 'renew it: clients refuse it');
    return days < daysLeftMin ? of.fix(found, `renew it: ${days} days are left`) : of.ok(found);
  } catch (error) {
    return of.stop(`TLS_CERT_FILE: ${reasonOf(error)}`, 'name a certificate in PEM that the server may read');
  }
}
