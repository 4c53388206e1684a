import { countOf } from './map-row.ts';
import {
  type AgentFrom,
  type ItemMapping,
  type Mapping,
  type Preset,
  presets,
  type ValueFrom,
} from './mapping.ts';

/** The options that say what the columns of a file mean. */
export interface MappingWords {
  readonly preset?: string | undefined;
  readonly format?: string | undefined;
  readonly agent?: string | undefined;
  readonly 'agent-column'?: string | undefined;
  readonly agents?: string | undefined;
  readonly service?: string | undefined;
  readonly 'service-column'?: string | undefined;
  readonly requests?: string | undefined;
  readonly 'requests-column'?: string | undefined;
  readonly 'occurred-at-column'?: string | undefined;
}

/** What a file is, and what its rows mean. */
export interface FileForm {
  readonly format: 'csv' | 'jsonl';
  readonly mapping: Mapping;
  readonly takesLastLine: boolean;
}

const agentsMax = 1_000_000;

/** The form of a file, from the options; every mistake is added to the list. */
export function mappingOf(words: MappingWords, file: string, mistakes: string[]): FileForm {
  const preset = presetOf(words, mistakes);
  return {
    format: formatOf(words.format ?? preset?.format, file, mistakes),
    mapping: {
      agent: agentOf(words, preset, mistakes),
      items: preset === undefined ? [itemOf(words, mistakes)] : preset.items,
      occurredAtColumn: words['occurred-at-column'],
    },
    takesLastLine: preset?.takesLastLine ?? false,
  };
}

function presetOf(words: MappingWords, mistakes: string[]): Preset | undefined {
  if (words.preset === undefined) return undefined;
  const preset = Object.hasOwn(presets, words.preset) ? presets[words.preset] : undefined;
  if (preset === undefined) {
    mistakes.push(`--preset is ${words.preset}: it must be ${Object.keys(presets).join(' or ')}`);
  }
  for (const name of ['service', 'service-column', 'requests', 'requests-column'] as const) {
    if (words[name] !== undefined) mistakes.push(`--${name} is what the preset says already`);
  }
  // An unknown name is one mistake: what it would have said is not asked for besides.
  return preset ?? presets['azure-llm'];
}

function formatOf(word: string | undefined, file: string, mistakes: string[]): 'csv' | 'jsonl' {
  if (word === 'csv' || word === 'jsonl') return word;
  if (word !== undefined) mistakes.push(`--format is ${word}: it must be csv or jsonl`);
  else if (/\.csv$/i.test(file)) return 'csv';
  else if (/\.(?:jsonl|ndjson)$/i.test(file)) return 'jsonl';
  else if (file !== '')
    mistakes.push('the name of the file does not say what it is: give --format csv or jsonl');
  return 'csv';
}

function agentOf(words: MappingWords, preset: Preset | undefined, mistakes: string[]): AgentFrom {
  const { agents } = words;
  if (agents === undefined) {
    if (preset !== undefined && words.agent === undefined && words['agent-column'] === undefined) {
      return { kind: 'spread', agents: preset.agentsDefault };
    }
    return valueFrom('agent', words, '--agents', mistakes);
  }
  if (words.agent !== undefined || words['agent-column'] !== undefined) {
    mistakes.push('give one of --agent, --agent-column and --agents');
  }
  const count = /^\d{1,7}$/.test(agents) ? Number(agents) : 0;
  if (count < 1 || count > agentsMax) {
    mistakes.push(`--agents is ${agents}: it must be an integer from 1 to ${agentsMax}`);
  }
  return { kind: 'spread', agents: count };
}

function itemOf(words: MappingWords, mistakes: string[]): ItemMapping {
  if (words.requests !== undefined && countOf(words.requests) === undefined) {
    mistakes.push(`--requests is ${words.requests}: it must be a count`);
  }
  return {
    service: valueFrom('service', words, '--preset', mistakes),
    requests: valueFrom('requests', words, '--preset', mistakes),
  };
}

/** A value is the same in every row, or that of a column. */
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
