import type { Reader } from './environment.ts';

/** Where traces go, in the words of OpenTelemetry's own variables. */
export interface TracesConfig {
  /** of the collector, for spans */
  readonly url: string;
  /** may hold a secret */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly sampler: string;
  /** of the samplers by ratio: 0 to 1 */
  readonly samplerRatio: number;
}

const samplers = ['always_on', 'always_off', 'traceidratio'].flatMap((name) => [name, `parentbased_${name}`]);
const endpointDefault = 'http://localhost:4318';

/** Traces are on once an endpoint or the exporter is named, and off otherwise. */
export function readTraces(read: Reader, mistakes: string[]): TracesConfig | undefined {
  const isDisabled = read.flag('OTEL_SDK_DISABLED', false);
  const exporter = read.oneOf('OTEL_TRACES_EXPORTER', '', ['', 'otlp', 'none']);
  const base = endpoint(read, 'OTEL_EXPORTER_OTLP_ENDPOINT', mistakes);
  const own = endpoint(read, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', mistakes);
  read.oneOf('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json', ['http/json']);
  read.oneOf('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/json', ['http/json']);
  const config: TracesConfig = {
    url: own ?? `${(base ?? endpointDefault).replace(/\/$/, '')}/v1/traces`,
    headers: headers(read, mistakes),
    serviceName: read.text('OTEL_SERVICE_NAME', 'billonce'),
    sampler: read.oneOf('OTEL_TRACES_SAMPLER', 'parentbased_always_on', samplers),
    samplerRatio: ratio(read, mistakes),
  };
  const isNamed = exporter === 'otlp' || base !== undefined || own !== undefined;
  return isNamed && exporter !== 'none' && !isDisabled ? config : undefined;
}

function endpoint(read: Reader, name: string, mistakes: string[]): string | undefined {
  const url = read.text(name, '');
  if (url === '') return undefined;
  // A URL may carry a password, so it is not shown.
  if (!/^https?:\/\/[^?#]+$/.test(url) || !URL.canParse(url)) {
    mistakes.push(`${name} is not of the form http://host:port or https://host:port, with a path or without`);
  }
  return url;
}

function headers(read: Reader, mistakes: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of read.list('OTEL_EXPORTER_OTLP_HEADERS')) {
    const parts = /^([A-Za-z0-9!#$&'*+.^_|~-]+)\s*=(.*)$/.exec(entry);
    const value = parts?.[2] === undefined ? undefined : decoded(parts[2].trim());
    if (parts?.[1] === undefined || value === undefined) {
      mistakes.push('OTEL_EXPORTER_OTLP_HEADERS: each entry is a name, = and a value in percent-encoding');
    } else found[parts[1]] = value;
  }
  return found;
}

function decoded(text: string): string | undefined {
  try {
    const value = decodeURIComponent(text);
    return /^[\x20-\x7e]*$/.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function ratio(read: Reader, mistakes: string[]): number {
  const text = read.text('OTEL_TRACES_SAMPLER_ARG', '1');
  if (/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/.test(text)) return Number(text);
  mistakes.push(`OTEL_TRACES_SAMPLER_ARG is ${text}: it must be a number from 0 to 1`);
  return 1;
}
