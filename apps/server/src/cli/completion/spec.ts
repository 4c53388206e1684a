import type { CommandSpec } from '../command-line/command.ts';
import { helpOption } from '../command-line/common-options.ts';

export const completionOptions = helpOption;

export const completionSpec: CommandSpec = {
  name: 'completion',
  summary: 'prints a shell script that completes commands, options and values',
  arguments: [{ name: 'bash|zsh', text: 'the shell' }],
  text: [
    'Prints a script. In bash: eval "$(billonce completion bash)", in ~/.bashrc. In zsh: eval "$(billonce completion zsh)", in ~/.zshrc, after compinit. ' +
      'The script contains all words itself: after an upgrade of billonce, start a new shell.',
  ],
  groups: [{ title: 'Options', options: completionOptions }],
  endings: {},
};
