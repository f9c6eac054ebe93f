import { generateAlertmanager, generateRules } from '@modelwatch/core';
import type { Output } from '../config/check-command.js';
import { formatFaults } from '../config/fault.js';
import { loadConfig } from '../config/load-config.js';
import { writeOrCheck } from './write-or-check.js';

export interface RulesCommandOptions {
  /** Configuration to make rules for. */
  readonly config: string;
  /** Folder below which `alert-rules/recording.yaml`, `alert-rules/alerts.yaml` and `provisioning/alertmanager/alertmanager.yml` stand. */
  readonly out: string;
  /** Only say which files differ, and write none. */
  readonly check: boolean;
}

/**
 * `modelwatch rules`: writes the recording rules, the alerts and Alertmanager's configuration, each file whole or not at all. Returns the exit code: 0; 1 where
 * `check` found a file that is missing or different; 2 where the configuration or the folder is at fault.
 */
export async function rulesCommand({ config: file, out, check }: RulesCommandOptions, output: Output): Promise<0 | 1 | 2> {
  const config = await loadConfig(file);
  if (!config.ok) {
    output.stderr.write(formatFaults(config.faults));
    return 2;
  }
  return writeOrCheck('modelwatch rules', [...generateRules(config.value), generateAlertmanager(config.value)], { out, check }, output);
}
