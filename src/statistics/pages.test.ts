import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Scale } from '../contracts/reading.js';
import { QUALITY_METRICS } from '../quality/index.js';
import { goldenCases } from './conformance.js';
import { STATISTICS } from './index.js';

const folder = new URL('../../docs/statistics/', import.meta.url);
const page = (name: string) => readFileSync(new URL(`${name}.md`, folder), 'utf8');

interface Entry {
  readonly name: string;
  readonly scale: Scale;
  readonly countMin: number;
}

/** A row of the index, from the code and from the first lines of the page: title and what it is for. */
function row({ name, scale, countMin }: Entry, criticalValue: boolean): string {
  const [, title, what] = /^# (.+)\n\n([^]+?\.)(?= Read from | |\n)/.exec(page(name)) ?? [];
  const unit = scale.unit.replace('_', ' ');
  const range = `${scale.min === -Infinity ? 'any' : scale.min} to ${scale.max === Infinity ? 'no limit' : Number(scale.max.toPrecision(4))}`;
  return `| [${title!}](${name}.md) | ${what!} | ${unit} | ${range} | ${countMin} | ${criticalValue ? 'yes' : 'no'} |`;
}

function rowsOf(heading: string): string[] {
  const section = page('README').split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section.split('\n').filter((line) => line.startsWith('| ['));
}

describe('docs/statistics/README.md', () => {
  it('has the rows of the statistics, in the order of the registry; copy the rows that are expected', () => {
    const hasCriticalValue = (name: string) => goldenCases(name).some((golden) => golden.criticalValue !== undefined);
    expect(rowsOf('Drift and data quality')).toEqual(STATISTICS.map((statistic) => row(statistic, hasCriticalValue(statistic.name))));
  });

  it('has the rows of the quality metrics, in the order of the registry; copy the rows that are expected', () => {
    expect(rowsOf('Quality against ground truth')).toEqual(QUALITY_METRICS.map((metric) => row(metric, false)));
  });

  it('stands for every page of its folder; a page without an entry is to be removed', () => {
    const pages = readdirSync(folder).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual([...STATISTICS, ...QUALITY_METRICS].map(({ name }) => `${name}.md`).sort());
  });
});
