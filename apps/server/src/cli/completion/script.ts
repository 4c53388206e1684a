import type { CommandSpec } from '../command-line/command.ts';
import { type CommandWords, firstWords, wordsOfAll } from './words.ts';

export type Shell = 'bash' | 'zsh';

/** How a shell reports the position of the cursor, and receives the candidates. */
const shells: Readonly<Record<Shell, { readonly begin: string; readonly end: string }>> = {
  bash: {
    begin: `_billonce() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local first=\${COMP_WORDS[1]} second=\${COMP_WORDS[2]} at=$COMP_CWORD words='' files=''`,
    end: `  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$cur"))
  fi
}
complete -F _billonce billonce
`,
  },
  zsh: {
    begin: `#compdef billonce
_billonce() {
  local cur=\${words[CURRENT]} prev=\${words[CURRENT-1]}
  local first=\${words[2]} second=\${words[3]} at=$((CURRENT - 1)) files=''
  local -a all=("\${words[@]}")
  local words=''`,
    end: `  [ -n "$words" ] && compadd -- \${(s: :)words}
  if [ -n "$files" ]; then
    # _files reads the words of the line.
    words=("\${all[@]}")
    _files
  fi
}
if [ "\${funcstack[1]-}" = _billonce ]; then _billonce "$@"; else compdef _billonce billonce; fi
`,
  },
};

/** The script that completes \`billonce\` in a shell, from the specs of its commands. */
export function completionScript(shell: Shell, specs: readonly CommandSpec[]): string {
  const { begin, end } = shells[shell];
  const first = firstWords(specs);
  const groups = [...first].filter(([, seconds]) => seconds.length > 0);
  return [
    begin,
    '  local command=$first from=2',
    `  case $first in ${groups.map(([word]) => word).join('|')}) command="$first $second" from=3 ;; esac`,
    '  if [ "$at" -eq 1 ]; then',
    `    words='${[...first.keys(), 'help', 'version'].join(' ')}'`,
    '  elif [ "$at" -lt "$from" ]; then',
    '    case $first in',
    ...groups.map(([word, seconds]) => `      ${word}) words='${seconds.join(' ')}' ;;`),
    '    esac',
    '  else',
    '    case $command in',
    ...wordsOfAll(specs).flatMap(commandLines),
    '    esac',
    '  fi',
    end,
  ].join('\n');
}

/** The candidates in one command: the values of the preceding option, otherwise its options. */
function commandLines({
  name,
  words,
  takesFile,
  fileOptions,
  valueOptions,
  choices,
}: CommandWords): readonly string[] {
  return [
    `      '${name}')`,
    '        case $prev in',
    ...choices.map(([option, values]) => `          ${option}) words='${values.join(' ')}' ;;`),
    ...(fileOptions.length === 0 ? [] : [`          ${fileOptions.join('|')}) files=1 ;;`]),
    ...(valueOptions.length === 0 ? [] : [`          ${valueOptions.join('|')}) ;;`]),
    `          *) words='${words.join(' ')}'${takesFile ? '; case $cur in -*) ;; *) files=1 ;; esac' : ''} ;;`,
    '        esac ;;',
  ];
}
