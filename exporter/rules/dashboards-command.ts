import { generateDashboards } from '@modelwatch/core/dashboards';
import type { Output } from '../config/check-command.js';
import { formatFaults } from '../config/fault.js';
import { loadConfig } from '../config/load-config.js';
import { writeOrCheck } from './write-or-check.js';

export interface DashboardsCommandOptions {
  /** Configuration to make dashboards for. */
  readonly config: string;
  /** Folder of the dashboards. */
  readonly out: string;
  /** Only say which files differ, and write none. */
  readonly check: boolean;
}

/**
 * `modelwatch dashboards`: writes the Grafana dashboards of a configuration, each file whole or not at all. Returns the exit code: 0; 1 where
 * `check` found a file that is missing or different; 2 where the configuration or the folder is at fault.
 */
export async function dashboardsCommand({ config: file, out, check }: DashboardsCommandOptions, output: Output): Promise<0 | 1 | 2> {
  // Often where no model is: in CI, or for a container whose files are mounted.
  const config = await loadConfig(file, { files: 'none' });
  if (!config.ok) {
    output.stderr.write(formatFaults(config.faults));
    return 2;
  }
  return writeOrCheck('modelwatch dashboards', generateDashboards(config.value), { out, check }, output);
}
