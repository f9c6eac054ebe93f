import type { Command } from 'commander';
import { checkCommand, type Output } from './check-command.js';
import { CONFIG_FILE, configFile, type ConfigFlag } from './config-flag.js';

/** Adds `modelwatch check`. */
export function addCheckCommand(program: Command, output: Output, exit: (code: number) => void): void {
  program
    .command('check')
    .summary('list every fault of a configuration or a baseline')
    .description(
      'Lists every fault of a configuration, with its line, and of the baselines it names, also where one is of another version or model file. Warns of features that no baseline of the model has. Whether a model has what its baseline names is seen at the start. A file that ends in .json is checked as a baseline.\n' +
        'Exit code: 0, or 2 where there is a fault, with --strict also where there is a warning.',
    )
    .argument('[file]', `configuration or baseline (default: ${CONFIG_FILE})`)
    .option('--config <file>', 'the configuration, as the other commands take it')
    .option('--strict', 'end with 2 where there is a warning', false)
    .action(async (file: string | undefined, { config, strict }: ConfigFlag & { readonly strict: boolean }, command: Command) => {
      exit(await checkCommand(configFile(file, config, command), output, strict));
    });
}
