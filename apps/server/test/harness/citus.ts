import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** A database on a Citus coordinator and its workers. Tests use copies of it. */
export class CitusTemplate {
  readonly #nodes: readonly string[];
  readonly #name: string;

  private constructor(nodes: readonly string[], name: string) {
    this.#nodes = nodes;
    this.#name = name;
  }

  /**
   * Creates one on all nodes that a database of the coordinator knows.
   *
   * @param prepare fills it, on the coordinator
   */
  static async make(coordinator: string, prepare?: (url: string) => Promise<void>): Promise<CitusTemplate> {
    const workers = await run(
      coordinator,
      'SELECT nodename, nodeport FROM pg_dist_node WHERE groupid <> 0 AND isactive',
    );
    const nodes = [coordinator, ...workers.map((row) => at(coordinator, row))];
    const template = new CitusTemplate(nodes, nameOf('template'));
    await template.#create(template.#name, '');
    for (const node of nodes) await run(within(node, template.#name), 'CREATE EXTENSION citus');
    const url = within(coordinator, template.#name);
    const { hostname, port } = new URL(coordinator);
    await run(url, `SELECT citus_set_coordinator_host('${hostname}', ${port})`);
    for (const row of workers)
      await run(url, `SELECT citus_add_node('${String(row['nodename'])}', ${String(row['nodeport'])})`);
    await prepare?.(url);
    await template.#close();
    return template;
  }

  /** Returns the URL of a new copy on the coordinator. */
  async copy(): Promise<string> {
    const name = nameOf('books');
    await this.#create(name, ` TEMPLATE ${this.#name} STRATEGY FILE_COPY`);
    return within(this.#nodes[0] ?? '', name);
  }

  async #create(name: string, from: string): Promise<void> {
    await Promise.all(this.#nodes.map((node) => run(node, `CREATE DATABASE ${name}${from}`)));
  }

  /** Refuses new connections, including those of the Citus daemons: a database in use cannot be copied. */
  async #close(): Promise<void> {
    for (const node of this.#nodes) {
      await run(node, `ALTER DATABASE ${this.#name} ALLOW_CONNECTIONS false`);
      const others = `FROM pg_stat_activity WHERE datname = '${this.#name}'`;
      do await run(node, `SELECT pg_terminate_backend(pid) ${others}`);
      while ((await run(node, `SELECT pid ${others}`)).length > 0);
    }
  }
}

const nameOf = (kind: string) => `${kind}_${randomBytes(6).toString('hex')}`;

/** The URL of another database of the same server. */
function within(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

/** The URL of the same database on another node. */
function at(server: string, node: Readonly<Record<string, unknown>>): string {
  const url = new URL(server);
  url.hostname = String(node['nodename']);
  url.port = String(node['nodeport']);
  return url.href;
}

async function run(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
