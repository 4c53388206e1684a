import type { CommandSpec } from '../command-line/command.ts';
import { helpOption } from '../command-line/common-options.ts';

export const completionOptions = helpOption;

export const completionSpec: CommandSpec = {
  name: 'completion',
  summary: 'prints what completes commands, options and their words in a shell',
  arguments: [{ name: 'bash|zsh', text: 'the shell' }],
  text: [
    'Prints a script. In bash: eval "$(billonce completion bash)", in ~/.bashrc. In zsh: eval "$(billonce completion zsh)", in ~/.zshrc, after compinit. ' +
      'It calls nothing: a new version of billonce needs a new shell.',
  ],
  groups: [{ title: 'Options', options: completionOptions }],
  endings: {},
};
