import type { Command } from 'commander';
import type { Output } from '../config/check-command.js';
import { CONFIG_FILE } from '../config/config-flag.js';
import { dashboardsCommand } from './dashboards-command.js';
import type { DashboardsCommandOptions } from './dashboards-command.js';

const EXAMPLE = `
Example:
  modelwatch dashboards --config modelwatch.yaml --out /var/lib/grafana/dashboards

Grafana reads them where a provider of dashboards names the folder, or imports each by Dashboards > New > Import.
Exit code: 0; 1 where --check finds a file missing or different; 2 where the configuration or the folder is at fault.
`;

/** Adds `modelwatch dashboards`. The code that the program is to end with goes to `exit`. */
export function addDashboardsCommand(program: Command, output: Output, exit: (code: number) => void): void {
  program
    .command('dashboards')
    .summary('write Grafana’s dashboards')
    .description('Writes the Grafana dashboards of a configuration, with its windows, bars and runbooks: one JSON file each.')
    .option('--config <file>', 'the configuration', CONFIG_FILE)
    .option('--out <folder>', 'folder of the dashboards', 'dashboards')
    .option('--check', 'write nothing, and fail where a file is missing or different', false)
    .addHelpText('after', EXAMPLE)
    .action(async (options: DashboardsCommandOptions) => {
      exit(await dashboardsCommand(options, output));
    });
}
