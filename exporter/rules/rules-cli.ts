import type { Command } from 'commander';
import type { Output } from '../config/check-command.js';
import { CONFIG_FILE } from '../config/config-flag.js';
import { rulesCommand } from './rules-command.js';
import type { RulesCommandOptions } from './rules-command.js';

const EXAMPLE = `
Example:
  modelwatch rules --config modelwatch.yaml --out /etc/prometheus

Prometheus reads both files when its rule_files name /etc/prometheus/alert-rules/*.yaml.
Exit code: 0; 1 where --check finds a file missing or different; 2 where the configuration or the folder is at fault.
`;

/** Adds `modelwatch rules`. The code that the program is to end with goes to `exit`. */
export function addRulesCommand(program: Command, output: Output, exit: (code: number) => void): void {
  program
    .command('rules')
    .summary('write Prometheus’ rules and Alertmanager’s configuration')
    .description(
      'Writes the recording rules and alerts of a configuration to alert-rules/recording.yaml and alert-rules/alerts.yaml, and who is told what to provisioning/alertmanager/alertmanager.yml.',
    )
    .option('--config <file>', 'the configuration', CONFIG_FILE)
    .option('--out <folder>', 'folder that holds, or is to hold, alert-rules/', '.')
    .option('--prometheus-rule <name>', 'write prometheus-rule.yaml for the Prometheus operator instead, objects of this name')
    .option('--check', 'write nothing, and fail where a file is missing or different', false)
    .addHelpText('after', EXAMPLE)
    .action(async (options: RulesCommandOptions) => {
      exit(await rulesCommand(options, output));
    });
}
