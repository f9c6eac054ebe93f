import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { METRICS } from '@modelwatch/core';
import { fleetSeries, seriesText } from './fleet-series.js';
import { encodeLabels } from './remote-write.js';

const golden = path.join(import.meta.dirname, '..', '..', 'contract', 'testdata', 'scrape.prom');
const SHAPE = { features: 5, bins: 4, sliceValues: 3 };

describe('the page of a model of the fleet', () => {
  it('has series of the table alone, each once, with every feature, bin and slice value', async () => {
    const series = fleetSeries(await readFile(golden, 'utf8'), 'model-7', SHAPE, 0);
    const known = new Set<string>(METRICS.map(({ name }) => name));
    expect(series.filter(({ name }) => !known.has(name) && !known.has(name.replace(/_(?:bucket|sum|count)$/, '')))).toEqual([]);
    const texts = series.map(seriesText);
    expect(texts.filter((text, i) => texts.indexOf(text) !== i)).toEqual([]);
    const ofName = (name: string) => series.filter((one) => one.name === name);
    expect(ofName('modelwatch_feature_bin_total').length).toBe(20);
    expect(ofName('modelwatch_feature_values_total').length).toBe(5);
    expect(ofName('modelwatch_slice_predictions_total').length).toBe(3);
    expect(new Set(series.flatMap(({ labels }) => labels['model'] ?? []))).toEqual(new Set(['model-7']));
  });

  it('moves as time goes, features as their baseline says', async () => {
    const series = fleetSeries(await readFile(golden, 'utf8'), 'm', SHAPE, 1000);
    const sum = (name: string, seconds: number) =>
      series.reduce((total, one) => (one.name === name ? total + one.valueAt(seconds) : total), 0);
    expect([sum('modelwatch_feature_bin_total', 1000), sum('modelwatch_feature_bin_total', 1100)]).toEqual([0, 1000]);
    expect(sum('modelwatch_feature_values_total', 1100)).toBe(1000);
    expect(sum('modelwatch_baseline_bin_ratio', 1100)).toBeCloseTo(5, 12);
    expect(sum('modelwatch_requests_failed_total', 9000)).toBe(0);
  });
});

describe('labels on their way to Prometheus', () => {
  it('are sorted by name, each a message of name and value', () => {
    // 0x0a: field 1, of a length; the name is field 1 within, the value field 2 (0x12).
    expect(encodeLabels({ b: 'x', a: 'yz' }).toString('latin1')).toBe('\n\x07\n\x01a\x12\x02yz\n\x06\n\x01b\x12\x01x');
  });
});
