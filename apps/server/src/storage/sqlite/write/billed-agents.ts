import { everyAgent } from '../../../domain/billing.ts';
import { text } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';

/** The most agents that are kept by name, in about 20 MB; with more agents, each is looked up. */
const agentsKnownMax = 100_000;

const loadSql = `SELECT tenant, agent FROM billing LIMIT ${agentsKnownMax + 1}`;

/**
 * The agents that have or had a policy or a balance. Because the file has only one writer, the writer knows without a
 * query that all other agents have none, so their writes need no further statement.
 */
export class BilledAgents {
  readonly #names = new Set<string>();
  #areAllKnown = true;

  /** The agents in a file. */
  static in(connection: SqliteConnection): BilledAgents {
    const agents = new BilledAgents();
    for (const row of connection.all(loadSql)) agents.add(text(row, 'tenant'), text(row, 'agent'));
    return agents;
  }

  /** Whether the agent, or its whole tenant, may have a policy or a balance. */
  mayHave(tenant: string, agent: string): boolean {
    return !this.#areAllKnown || this.#has(tenant, agent) || this.#has(tenant, everyAgent);
  }

  add(tenant: string, agent: string): void {
    if (this.#names.size >= agentsKnownMax) this.#areAllKnown = false;
    else this.#names.add(nameIn(tenant, agent));
  }

  #has(tenant: string, agent: string): boolean {
    return this.#names.has(nameIn(tenant, agent));
  }
}

/** No identifier contains a space. */
function nameIn(tenant: string, agent: string): string {
  return `${tenant} ${agent}`;
}
