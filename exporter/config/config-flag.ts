import type { Command } from 'commander';

/** The configuration that a command reads where none is named. */
export const CONFIG_FILE = 'modelwatch.yaml';

export interface ConfigFlag {
  readonly config?: string;
}

/** The file of a command that takes its configuration as an argument or, as all others do, by `--config`. Two that differ are wrong usage. */
export function configFile(argument: string | undefined, option: string | undefined, command: Command): string {
  if (argument !== undefined && option !== undefined && argument !== option)
    command.error(`error: ${command.name()} takes one file, got '${argument}' and --config '${option}'`);
  return argument ?? option ?? CONFIG_FILE;
}
