import { readCount, readQuantity } from './exact-count.ts';
import type { AgentFrom, ItemMapping, Mapping, RowFilter, ValueFrom } from './mapping.ts';
import type { Preset } from './preset.ts';
import { presets } from './presets.ts';
import { isTimeZone } from './time-zone.ts';

/** The options that define the meaning of a file's columns. */
export interface MappingWords {
  readonly preset?: string | undefined;
  readonly agent?: string | undefined;
  readonly 'agent-column'?: string | undefined;
  readonly agents?: string | undefined;
  readonly service?: string | undefined;
  readonly 'service-column'?: string | undefined;
  readonly requests?: string | undefined;
  readonly 'requests-column'?: string | undefined;
  readonly count?: readonly string[] | undefined;
  readonly 'by-model'?: boolean | undefined;
  readonly 'occurred-at-column'?: string | undefined;
  readonly 'no-occurred-at'?: boolean | undefined;
  readonly timezone?: string | undefined;
  readonly 'id-column'?: readonly string[] | undefined;
  readonly decimal?: string | undefined;
  readonly multiply?: string | undefined;
  readonly quantities?: boolean | undefined;
  readonly 'skip-empty'?: boolean | undefined;
  readonly only?: readonly string[] | undefined;
  readonly 'replace-spaces'?: string | undefined;
}

const agentsMax = 1_000_000;
const multiplierMax = 1_000_000_000;
const listMax = 32;

/** The named preset; an unknown name is a mistake. */
export function presetOf({ preset: name }: MappingWords, mistakes: string[]): Preset | undefined {
  if (name === undefined) return undefined;
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset === undefined)
    mistakes.push(`--preset is ${name}: it must be one of ${Object.keys(presets).join(', ')}`);
  // An unknown name is one mistake: options that the preset would have set are not reported as missing.
  return preset ?? presets['azure-llm'];
}

/** The meaning of a file's rows, according to the options; every mistake is added to the list. */
export function mappingOf(words: MappingWords, preset: Preset | undefined, mistakes: string[]): Mapping {
  for (const name of ['count', 'id-column', 'only'] as const) {
    if ((words[name] ?? []).length > listMax)
      mistakes.push(`--${name} can be given ${listMax} times at most`);
  }
  return {
    agent: agentOf(words, preset, mistakes),
    items: itemsOf(words, preset, mistakes),
    occurredAt: occurredAtOf(words, preset, mistakes),
    timezone: timezoneOf(words.timezone, mistakes) ?? preset?.timezone,
    rowId: rowIdOf(words, preset),
    takesLastOfId: preset?.takesLastOfId ?? false,
    decimalMark: words.decimal === 'comma' ? 'comma' : 'point',
    multiplier: multiplierOf(words.multiply, mistakes),
    areQuantities: words.quantities === true,
    skipsMissing: words['skip-empty'] === true || preset?.skipsMissing === true,
    filters: filtersOf(words, preset, mistakes),
    spaceBecomes: spaceBecomes(words['replace-spaces'], mistakes),
  };
}

function agentOf(words: MappingWords, preset: Preset | undefined, mistakes: string[]): AgentFrom {
  const { agents } = words;
  const isNamed = words.agent !== undefined || words['agent-column'] !== undefined;
  if (agents === undefined) {
    if (isNamed || preset === undefined) return valueFrom('agent', words, '--agents', mistakes);
    if (preset.agent !== undefined) return { kind: 'first', columns: preset.agent };
    if (preset.agentsDefault !== undefined) return { kind: 'spread', agents: preset.agentsDefault };
    return valueFrom('agent', words, '--agents', mistakes);
  }
  if (isNamed) mistakes.push('give one of --agent, --agent-column and --agents');
  const count = /^\d{1,7}$/.test(agents) ? Number(agents) : 0;
  if (count < 1 || count > agentsMax) {
    mistakes.push(`--agents is ${agents}: it must be an integer from 1 to ${agentsMax}`);
  }
  return { kind: 'spread', agents: count };
}

const countWords = ['service', 'service-column', 'requests', 'requests-column'] as const;

function itemsOf(
  words: MappingWords,
  preset: Preset | undefined,
  mistakes: string[],
): readonly ItemMapping[] {
  const { count = [] } = words;
  if (preset !== undefined) {
    for (const name of countWords)
      if (words[name] !== undefined) mistakes.push(`--${name} is already defined by the preset`);
    if (count.length > 0) mistakes.push('--count is already defined by the preset');
    return presetItems(preset, words['by-model'] === true, mistakes);
  }
  if (words['by-model'] === true) mistakes.push('--by-model needs a --preset');
  if (count.length === 0) return [itemOf(words, mistakes)];
  for (const name of countWords)
    if (words[name] !== undefined) mistakes.push(`--${name} cannot be combined with --count`);
  return countsOf(count, mistakes);
}

function presetItems(
  { counts, service, model }: Preset,
  isByModel: boolean,
  mistakes: string[],
): readonly ItemMapping[] {
  if (isByModel && model === undefined)
    mistakes.push('files of this preset name no model: leave out --by-model');
  const first = (columns: readonly string[]): ValueFrom => ({ kind: 'first', columns });
  return counts.map((one): ItemMapping => {
    const constant: ValueFrom = { kind: 'constant', text: one.service };
    const byModel: ValueFrom = { kind: 'joined', values: [first(model ?? []), constant] };
    const named: ValueFrom = { kind: 'joined', values: (service ?? []).map(first) };
    return {
      name: one.service,
      service: service !== undefined ? named : isByModel ? byModel : constant,
      requests: first(one.columns),
    };
  });
}

/** `COLUMN=SERVICE`; the name of a column may contain `=`, the name of a service cannot. */
function countsOf(count: readonly string[], mistakes: string[]): readonly ItemMapping[] {
  const items = count.map((word): ItemMapping => {
    const at = word.lastIndexOf('=');
    if (at < 1 || at === word.length - 1) mistakes.push(`--count is ${word}: it must be COLUMN=SERVICE`);
    const column = word.slice(0, Math.max(at, 0));
    return {
      name: column,
      service: { kind: 'constant', text: word.slice(at + 1) },
      requests: { kind: 'column', column },
    };
  });
  if (new Set(items.map(({ name }) => name)).size < items.length)
    mistakes.push('two of --count name the same column: it would be billed twice');
  return items;
}

function itemOf(words: MappingWords, mistakes: string[]): ItemMapping {
  const read = words.quantities === true ? readQuantity : readCount;
  if (words.requests !== undefined && read(words.requests).kind !== 'count') {
    mistakes.push(`--requests is ${words.requests}: it must be a count`);
  }
  return {
    name: words['requests-column'] ?? 'requests',
    service: valueFrom('service', words, '--count, or --preset', mistakes),
    requests: valueFrom('requests', words, '--count, or --preset', mistakes),
  };
}

function occurredAtOf(
  words: MappingWords,
  preset: Preset | undefined,
  mistakes: string[],
): ValueFrom | undefined {
  const column = words['occurred-at-column'];
  if (words['no-occurred-at'] === true) {
    if (column !== undefined) mistakes.push('give one of --occurred-at-column and --no-occurred-at');
    return undefined;
  }
  if (column !== undefined) return { kind: 'column', column };
  return preset?.occurredAt === undefined ? undefined : { kind: 'first', columns: preset.occurredAt };
}

function rowIdOf(words: MappingWords, preset: Preset | undefined): readonly ValueFrom[] | undefined {
  const columns = words['id-column'] ?? [];
  if (columns.length > 0) return columns.map((column): ValueFrom => ({ kind: 'column', column }));
  return preset?.id?.map((alternatives): ValueFrom => ({ kind: 'first', columns: alternatives }));
}

function timezoneOf(word: string | undefined, mistakes: string[]): string | undefined {
  if (word !== undefined && !isTimeZone(word)) {
    mistakes.push(
      `--timezone is ${word}: it must be a name such as Europe/Berlin or UTC, or an offset such as +02:00`,
    );
    return undefined;
  }
  return word;
}

function multiplierOf(word: string | undefined, mistakes: string[]): number {
  if (word === undefined) return 1;
  const multiplier = /^\d{1,10}$/.test(word) ? Number(word) : 0;
  if (multiplier >= 1 && multiplier <= multiplierMax) return multiplier;
  mistakes.push(`--multiply is ${word}: it must be an integer from 1 to ${multiplierMax}`);
  return 1;
}

/** Several filters of one column are alternatives; filters of different columns must all match. */
function filtersOf(
  words: MappingWords,
  preset: Preset | undefined,
  mistakes: string[],
): readonly RowFilter[] {
  const byColumn = new Map<string, Set<string>>();
  for (const word of words.only ?? []) {
    const at = word.indexOf('=');
    if (at < 1) mistakes.push(`--only is ${word}: it must be COLUMN=VALUE`);
    const column = word.slice(0, Math.max(at, 0));
    byColumn.set(column, (byColumn.get(column) ?? new Set<string>()).add(word.slice(at + 1)));
  }
  const given = [...byColumn].map(
    ([column, values]): RowFilter => ({ from: { kind: 'column', column }, values, takesMissing: false }),
  );
  if (preset?.only === undefined) return given;
  const { columns, values, takesMissing } = preset.only;
  return [{ from: { kind: 'first', columns }, values: new Set(values), takesMissing }, ...given];
}

function spaceBecomes(word: string | undefined, mistakes: string[]): string | undefined {
  if (word !== undefined && !/^[A-Za-z0-9._@/|+~#$!*-]$/.test(word)) {
    mistakes.push('--replace-spaces must be one character that a name may contain, such as _');
  }
  return word;
}

/** A value is the same in every row, or comes from a column. */
function valueFrom(
  name: 'agent' | 'service' | 'requests',
  words: MappingWords,
  other: string,
  mistakes: string[],
): ValueFrom {
  const constant = words[name];
  const column = words[`${name}-column`];
  if (constant !== undefined && column === undefined) return { kind: 'constant', text: constant };
  if (constant !== undefined) mistakes.push(`give one of --${name} and --${name}-column`);
  else if (column === undefined) mistakes.push(`give --${name}-column or --${name} (or ${other})`);
  return { kind: 'column', column: column ?? '' };
}
