/**
 * Ports above 1023 of services that are not HTTP, or that administer a machine over HTTP: those of the Fetch standard
 * ("bad ports"), and those of databases, caches, queues, remote desktops and cluster managers.
 */
const otherServices: ReadonlySet<number> = new Set([
  // Fetch standard
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080,
  // SQL Server, Oracle, MySQL, PostgreSQL, CouchDB, Redis, Cassandra, Elasticsearch, Memcached, CockroachDB, MongoDB
  1433,
  1434, 1521, 3306, 5432, 5984, 6379, 6380, 7000, 7001, 9042, 9160, 9200, 9300, 11_211, 26_257, 27_017,
  27_018, 27_019,
  // MQTT, ZooKeeper, Erlang, AMQP, Kafka, NATS
  1883, 8883, 2181, 4369, 5671, 5672, 9092, 4222,
  // Docker, etcd, Kubernetes, RDP, VNC, WinRM
  2375, 2376, 2379, 2380, 6443, 10_250, 10_255, 3389, 5900, 5901, 5985, 5986,
]);

/** Whether a port of a URL ('' is the default of the protocol) is known to belong to a service other than HTTP. */
export function isOtherServicesPort(port: string): boolean {
  if (port === '') return false;
  const number = Number(port);
  // IANA's system ports: each belongs to one service; only these two belong to HTTP.
  if (number < 1_024) return number !== 80 && number !== 443;
  return otherServices.has(number);
}
