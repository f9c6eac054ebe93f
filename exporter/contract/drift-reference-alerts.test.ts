import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { generateRules } from '@modelwatch/core';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../config/index.js';
import { hasProgram, runProgram } from './debian-program.js';
import { writeTest } from './rule-expectations.js';
import { onInstance } from './two-replicas.js';

/*
 * Alerts of drift against production, from a configuration that judges it: eight days without drift, eight hours with it, and then as before, over two
 * replicas that each see one bin.
 */

const SCRAPES_PER_HOUR = 6;
const HOURS = 206;
const [DRIFT_FROM, DRIFT_TO] = [180, 188];
const GROUPS = [
  'modelwatch-feature-drift-1h',
  'modelwatch-feature-drift-references-1h',
  'modelwatch-feature-drift-6h',
  'modelwatch-feature-drift-references-6h',
  'ModelwatchFeatureDrift',
];
const FEATURE = 'model="m",version="1",feature="f"';

function rulesFor(references: readonly string[]): { readonly groups: readonly { readonly name: string }[] } {
  const config = parseConfig(
    `models: [{ name: m, champion: { version: "1" }, alerts: { driftReferences: [${references.join(', ')}], driftFor: 5m } }]`,
    'modelwatch.yaml',
  );
  if (!config.ok) throw new Error('the configuration is at fault');
  const groups = generateRules(config.value).flatMap(
    ({ text }) => (parse(text) as { readonly groups: readonly { readonly name: string }[] }).groups,
  );
  return { groups: GROUPS.map((name) => groups.find((group) => group.name === name)!) };
}

/** A bin's counter: `usual` values a scrape, `drifted` ones while it drifts. */
function counted(bin: string, instance: string, usual: number, drifted: number) {
  const values = [0];
  for (let scrape = 1; scrape <= HOURS * SCRAPES_PER_HOUR; scrape++) {
    const hour = scrape / SCRAPES_PER_HOUR;
    values.push(values.at(-1)! + (hour > DRIFT_FROM && hour <= DRIFT_TO ? drifted : usual));
  }
  return { series: onInstance(`modelwatch_feature_bin_total{${FEATURE},bin="${bin}"}`, instance), values: values.join(' ') };
}

const constant = (series: string, value: number) => ({ series: onInstance(series, 'a'), values: `${value}x${HOURS * SCRAPES_PER_HOUR}` });

/** How many alerts fire, by reference, at an hour; none: nothing fires. */
const firing = (hour: number, references: readonly string[]) => ({
  expr: 'count by (reference) (ALERTS{alertname="ModelwatchFeatureDrift",alertstate="firing"})',
  eval_time: `${hour}h`,
  exp_samples: references.map((reference) => ({ labels: `{reference="${reference}"}`, value: 1 })),
});

(hasProgram('promtool') ? describe : describe.skip)('ModelwatchFeatureDrift against production', () => {
  async function judge(references: readonly string[], tests: readonly object[]) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'modelwatch-reference-alerts-'));
    try {
      await writeFile(path.join(folder, 'rules.yaml'), stringify(rulesFor(references), { lineWidth: 0 }));
      const test = {
        interval: '10m',
        input_series: [
          counted('0', 'a', 50, 90),
          counted('1', 'b', 50, 10),
          // Training had long been otherwise, which these references do not ask about.
          constant(`modelwatch_baseline_bin_ratio{${FEATURE},bin="0"}`, 0.9),
          constant(`modelwatch_baseline_bin_ratio{${FEATURE},bin="1"}`, 0.1),
          constant(`modelwatch_baseline_values{${FEATURE}}`, 10_000),
          constant(`modelwatch_baseline_chi_square_quantile{${FEATURE}}`, 10.83),
        ],
        promql_expr_test: tests,
      };
      const file = path.join(folder, 'test.yaml');
      await writeTest(file, path.join(folder, 'rules.yaml'), '1h', [test]);
      return await runProgram('promtool', ['test', 'rules', file]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  const passes = { code: 0, text: expect.stringContaining('SUCCESS') };

  it('is quiet before, fires for each reference that is judged, and resolves when the short window is back', async () => {
    const tests = [firing(DRIFT_FROM, []), firing(DRIFT_TO, ['trailing', 'week']), firing(DRIFT_TO + 2, [])];
    expect(await judge(['trailing', 'week'], tests)).toEqual(passes);
  });

  it('fires for one reference alone where one alone is judged', async () => {
    expect(await judge(['week'], [firing(DRIFT_TO, ['week'])])).toEqual(passes);
    expect(await judge(['trailing'], [firing(DRIFT_TO, ['trailing'])])).toEqual(passes);
  });

  it('says of the baseline what it said all along', async () => {
    // Windows that are as training was do not end what the day as a whole still says.
    const tests = [firing(DRIFT_FROM, ['baseline']), firing(DRIFT_TO, ['baseline', 'trailing', 'week']), firing(HOURS, ['baseline'])];
    expect(await judge(['baseline', 'trailing', 'week'], tests)).toEqual(passes);
  });
});
