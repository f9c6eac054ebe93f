import { baselineSchema, configSchema, metricsPage } from '@modelwatch/core';
import type { GeneratedFile } from '@modelwatch/core';
import { configPage } from './config-page.js';

/** The pages and published schemas made from the contracts. A test holds that the committed files equal them. */
export function generatedDocs(): readonly GeneratedFile[] {
  return [
    { path: 'docs/configuration.md', text: configPage() },
    { path: 'docs/metrics.md', text: metricsPage() },
    { path: 'docs/modelwatch.schema.json', text: `${JSON.stringify(configSchema, null, 2)}\n` },
    { path: 'docs/baseline.schema.json', text: `${JSON.stringify(baselineSchema, null, 2)}\n` },
  ];
}
