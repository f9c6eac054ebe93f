import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { generateAlertmanager, generatePrometheusRule, generateRules } from '@modelwatch/core';
import type { Config, GeneratedFile } from '@modelwatch/core';
import { generateDashboards } from '@modelwatch/core/dashboards';
import { formatFaults } from '../config/fault.js';
import { generatedDocs } from '../config/generated-docs.js';
import { parseConfig } from '../config/load-config.js';

/** The configuration that the committed rules are made from. */
const SHIPPED_CONFIG = 'exporter/examples/flights/modelwatch.yaml';
/** The example for Kubernetes, with a configuration of its own. */
const KUBERNETES = 'exporter/examples/kubernetes';
/** Where docker-compose.yml mounts dashboards from. */
const DASHBOARDS = 'provisioning/grafana/dashboards';

/**
 * Every file that is both generated and committed, with the text it must have: pages, schemas, and the rules and dashboards of the shipped example. `root` is
 * the top of the repository. What `npm run generate` writes and what a test compares.
 */
export async function generatedFiles(root: string): Promise<readonly GeneratedFile[]> {
  const config = await parsed(root, SHIPPED_CONFIG);
  const kubernetes = generatePrometheusRule(await parsed(root, `${KUBERNETES}/modelwatch.yaml`), 'modelwatch');
  const dashboards = generateDashboards(config).map(({ path: name, text }) => ({ path: `${DASHBOARDS}/${name}`, text }));
  return [
    ...generatedDocs(),
    ...generateRules(config),
    generateAlertmanager(config),
    ...dashboards,
    { ...kubernetes, path: `${KUBERNETES}/${kubernetes.path}` },
  ];
}

async function parsed(root: string, file: string): Promise<Config> {
  const config = parseConfig(await readFile(path.join(root, file)), file);
  if (!config.ok) throw new Error(`the shipped configuration is at fault\n${formatFaults(config.faults)}`);
  return config.value;
}
