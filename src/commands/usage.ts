/** What cannot be meant on a command line is refused before the command is loaded. */
import { type Command, Option } from 'commander';

/** Looked for behind the unknown options: --polcy is a misspelt one before --policy is a missing one. */
const neededOptions = new Set<Option>();

export function needed(flags: string, description: string): Option {
  const option = new Option(flags, `${description} (required)`);
  neededOptions.add(option);
  return option;
}

export function refuseUnmeant(program: Command): void {
  program.hook('preAction', (_, command) => {
    refuseEmpty(command);
    const missing = command.options.find(
      (option) => neededOptions.has(option) && command.getOptionValue(option.attributeName()) === undefined,
    );
    if (missing) command.error(`required option '${missing.flags}' not specified`);
  });
}

/** An option that was written there, not its default. */
const isGiven = (command: Command, option: Option): boolean =>
  command.getOptionValueSource(option.attributeName()) === 'cli';

/** What a script leaves empty, as "$NAME" does, is no name, no file and no value of anything. */
function refuseEmpty(command: Command): void {
  for (const option of command.options.filter((one) => isGiven(command, one))) {
    const values: unknown[] = [command.getOptionValue(option.attributeName())].flat();
    const empty = values.find((value): value is string => typeof value === 'string' && value.trim() === '');
    if (empty === undefined) continue;
    const instead = neededOptions.has(option) ? 'Give a value' : 'Give a value, or leave the option out';
    command.error(`option '${option.flags}' argument '${empty}' is invalid. ${instead}`);
  }
  const at = command.args.findIndex((text) => text.trim() === '');
  if (at < 0) return;
  const argument = command.registeredArguments[at] ?? command.registeredArguments.at(-1);
  command.error(
    `command-argument value '${command.args[at]}' is invalid for argument '${argument?.name()}'. It is empty`,
  );
}

/** Options, by their attributes, that would do nothing where they stand: `why` goes on behind the option. */
export function refuseIdle(command: Command, names: readonly string[], why: string): void {
  const idle = command.options.find((option) => names.includes(option.attributeName()) && isGiven(command, option));
  if (idle) command.error(`option '${idle.flags}' ${why}`);
}
