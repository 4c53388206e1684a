import type { Reader } from './environment.ts';
import type { NameOf } from './variables/variables.ts';

/** Where traces are sent, in the terms of OpenTelemetry's own variables. */
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

const endpointDefault = 'http://localhost:4318';

/** Traces are on once an endpoint or the exporter is named, and off otherwise. */
export function readTraces(read: Reader, mistakes: string[]): TracesConfig | undefined {
  const isDisabled = read.flag('OTEL_SDK_DISABLED');
  const exporter = read.word('OTEL_TRACES_EXPORTER');
  const base = endpoint(read, 'OTEL_EXPORTER_OTLP_ENDPOINT', mistakes);
  const own = endpoint(read, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', mistakes);
  read.word('OTEL_EXPORTER_OTLP_PROTOCOL');
  read.word('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL');
  const config: TracesConfig = {
    url: own ?? `${(base ?? endpointDefault).replace(/\/$/, '')}/v1/traces`,
    headers: headers(read, mistakes),
    serviceName: read.text('OTEL_SERVICE_NAME'),
    sampler: read.word('OTEL_TRACES_SAMPLER'),
    samplerRatio: ratio(read, mistakes),
  };
  const isNamed = exporter === 'otlp' || base !== undefined || own !== undefined;
  return isNamed && exporter !== 'none' && !isDisabled ? config : undefined;
}

function endpoint(read: Reader, name: NameOf<'text'>, mistakes: string[]): string | undefined {
  const url = read.text(name);
  if (url === '') return undefined;
  // A URL may contain a password, so it is not shown.
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
  const text = read.text('OTEL_TRACES_SAMPLER_ARG');
  if (/^(0(\.\d{1,9})?|1(\.0{1,9})?)$/.test(text)) return Number(text);
  mistakes.push(`OTEL_TRACES_SAMPLER_ARG is ${text}: it must be a number from 0 to 1`);
  return 1;
}
