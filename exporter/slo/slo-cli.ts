import { Option, type Command } from 'commander';
import { SLI_NAMES, type SliName } from '@modelwatch/core';
import type { Output } from '../config/check-command.js';
import { CONFIG_FILE, configFile, type ConfigFlag } from '../config/config-flag.js';
import { exportCommand, importCommand } from './slo-command.js';

/** Adds `modelwatch slo export` and `modelwatch slo import`. */
export function addSloCommand(program: Command, output: Output, exit: (code: number) => void): void {
  const slo = program
    .command('slo')
    .summary('bring service level objectives from and to OpenSLO, and from Sloth')
    .description('Brings service level objectives from and to OpenSLO, and from Sloth.');
  slo
    .command('export')
    .summary('write the objectives of a configuration as OpenSLO v1')
    .description(
      'Writes the objectives of a configuration as documents of OpenSLO v1.\nExit code: 0, or 2 where the configuration is at fault.',
    )
    .argument('[file]', `the configuration (default: ${CONFIG_FILE})`)
    .option('--config <file>', 'the configuration, as the other commands take it')
    .action(async (file: string | undefined, { config }: ConfigFlag, command: Command) => {
      exit(await exportCommand(configFile(file, config, command), output));
    });
  slo
    .command('import')
    .summary('read documents of OpenSLO v1, or a spec of Sloth')
    .description(
      'Prints the section `slo` of each model that a file of OpenSLO v1 or Sloth has objectives for.\n' +
        'Exit code: 0; 1 where something cannot be expressed; 2 where the file cannot be read.',
    )
    .argument('<file>', 'documents of OpenSLO, or a spec of Sloth')
    .option('--model <name>', 'the model, where it is not the service')
    .addOption(new Option('--sli <name>', 'the indicator, where the queries do not read counters of Modelwatch').choices(SLI_NAMES))
    .action(async (file: string, hints: { readonly model?: string; readonly sli?: SliName }) => {
      exit(await importCommand(file, hints, output));
    });
}
