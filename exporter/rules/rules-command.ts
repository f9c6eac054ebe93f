import { generateAlertmanager, generatePrometheusRule, generateRules } from '@modelwatch/core';
import type { Output } from '../config/check-command.js';
import { formatFaults } from '../config/fault.js';
import { loadConfig } from '../config/load-config.js';
import { writeOrCheck } from './write-or-check.js';

export interface RulesCommandOptions {
  /** Configuration to make rules for. */
  readonly config: string;
  /** Folder below which `alert-rules/recording.yaml`, `alert-rules/alerts.yaml` and `provisioning/alertmanager/alertmanager.yml` stand. */
  readonly out: string;
  /** Name of objects of the Prometheus operator, to write these into one file instead. */
  readonly prometheusRule?: string;
  /** Only say which files differ, and write none. */
  readonly check: boolean;
}

/** A label of RFC 1123, with room for what is appended. */
const KUBERNETES_NAME = /^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/;

/**
 * `modelwatch rules`: writes the recording rules, the alerts and Alertmanager's configuration, each file whole or not at all. Returns the exit code: 0; 1 where
 * `check` found a file that is missing or different; 2 where the configuration or the folder is at fault.
 */
export async function rulesCommand({ config: file, out, check, prometheusRule }: RulesCommandOptions, output: Output): Promise<0 | 1 | 2> {
  if (prometheusRule !== undefined && !KUBERNETES_NAME.test(prometheusRule)) {
    output.stderr.write(
      `modelwatch rules: ${JSON.stringify(prometheusRule)} is no name of Kubernetes: small letters, digits and dashes, 50 at most\n`,
    );
    return 2;
  }
  // Often where no model is: in CI, or for a container whose files are mounted.
  const config = await loadConfig(file, { files: 'none' });
  if (!config.ok) {
    output.stderr.write(formatFaults(config.faults));
    return 2;
  }
  const files =
    prometheusRule === undefined
      ? [...generateRules(config.value), generateAlertmanager(config.value)]
      : [generatePrometheusRule(config.value, prometheusRule)];
  return writeOrCheck('modelwatch rules', files, { out, check }, output);
}
