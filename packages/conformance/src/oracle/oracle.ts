import { commandOracle } from './command.ts';
import type { CountSource, Oracle } from './count-source.ts';
import { sqlOracle } from './sql.ts';
import { urlOracle } from './url.ts';

/** The oracle of a source. `headers` are sent with a request for a URL. */
export function oracleOf(source: CountSource, headers: Readonly<Record<string, string>>): Oracle {
  switch (source.kind) {
    case 'url':
      return urlOracle(source.url, headers);
    case 'sql':
      return sqlOracle(source.statement, source.database);
    case 'command':
      return commandOracle(source.command);
  }
}
