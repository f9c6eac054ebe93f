import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { generateAlertmanager, generateRules } from '@modelwatch/core';
import type { GeneratedFile } from '@modelwatch/core';
import { generateDashboards } from '@modelwatch/core/dashboards';
import { formatFaults } from '../config/fault.js';
import { generatedDocs } from '../config/generated-docs.js';
import { parseConfig } from '../config/load-config.js';

/** The configuration that the committed rules are made from. */
const SHIPPED_CONFIG = 'exporter/examples/flights/modelwatch.yaml';
/** Where docker-compose.yml mounts dashboards from. */
const DASHBOARDS = 'provisioning/grafana/dashboards';

/**
 * Every file that is both generated and committed, with the text it must have: pages, schemas, and the rules and dashboards of the shipped example. `root` is
 * the top of the repository. What `npm run generate` writes and what a test compares.
 */
export async function generatedFiles(root: string): Promise<readonly GeneratedFile[]> {
  const config = parseConfig(await readFile(path.join(root, SHIPPED_CONFIG)), SHIPPED_CONFIG);
  if (!config.ok) throw new Error(`the shipped configuration is at fault\n${formatFaults(config.faults)}`);
  const dashboards = generateDashboards(config.value).map(({ path: name, text }) => ({ path: `${DASHBOARDS}/${name}`, text }));
  return [...generatedDocs(), ...generateRules(config.value), generateAlertmanager(config.value), ...dashboards];
}
