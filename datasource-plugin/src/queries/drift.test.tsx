import '@testing-library/jest-dom/jest-globals';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataFrame, DataFrame, DataQueryRequest, FieldType, Labels } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { DataSourceSrv, setDataSourceSrv } from '@grafana/runtime';
import { of, throwError } from 'rxjs';
import { asked } from '../testing/asked';
import { columnsOf, fieldOf } from '../testing/columns-of';
import { editQuery, installLayout } from '../testing/editors';
import { installRecordedExporter } from '../testing/recorded-exporter';

type Target = DataQuery & { readonly expr: string };

/** A Prometheus data source that answers as Grafana's does: a frame a series, labels on its values. */
function linkPrometheus(series: Readonly<Record<string, ReadonlyArray<readonly [Labels, number]>>> | Error): Target[] {
  const targets: Target[] = [];
  const frameOf = (refId: string, labels: Labels, value: number): DataFrame =>
    createDataFrame({
      refId,
      fields: [
        { name: 'Time', type: FieldType.time, values: [1796126400000] },
        { name: 'Value', type: FieldType.number, labels, values: [value] },
      ],
    });
  const query = ({ targets: asking }: DataQueryRequest<Target>) => {
    targets.push(...asking);
    if (series instanceof Error) {
      return throwError(() => series);
    }
    return of({ data: asking.flatMap(({ refId }) => (series[refId] ?? []).map(([labels, value]) => frameOf(refId, labels, value))) });
  };
  const get = (uid: string) => (uid === 'prom' ? Promise.resolve({ query }) : Promise.reject(new Error(`no data source ${uid}`)));
  setDataSourceSrv({ get, getList: () => [], getInstanceSettings: () => undefined } as unknown as DataSourceSrv);
  return targets;
}

const driftOf = async (options = {}, query = {}) => {
  const [frame] = await asked('drift', { model: 'flights-late', ...query }, options);
  return { frame: frame!, columns: columnsOf(frame!), notice: frame!.meta?.notices?.[0] };
};

describe('drift without a linked Prometheus', () => {
  it('is what the exporter counted, what drifted and matters most first', async () => {
    const { columns, notice, frame } = await driftOf();
    expect([columns['feature']![0], columns['verdict']![0]]).toEqual(['temp', 'drift']);
    expect(columns['feature']).toContain('output');
    expect(columns['feature']).toHaveLength(16);
    const first = columns['verdict']!.indexOf('quiet');
    expect(columns['verdict']!.slice(first)).not.toContain('drift');
    const [psi, share, impact] = ['drift', 'share', 'impact'].map((name) => Number(columns[name]![0]));
    expect(impact).toBeCloseTo(psi! * share!, 6);
    expect(notice).toEqual({ severity: 'info', text: expect.stringMatching(/^No Prometheus is linked\. .*one exporter.*180 minutes/) });
    expect(fieldOf(frame, 'drift').config.thresholds?.steps[1]).toEqual({ value: 0.2, color: 'red' });
    expect(fieldOf(frame, 'feature').config.links?.[0]?.url).toContain('var-feature=${__data.fields.feature}');
  });
});

describe('drift with a linked Prometheus', () => {
  const LINKED = { prometheusUid: 'prom' };
  const temp = { model: 'flights-late', version: '1', feature: 'temp', reference: 'baseline' };
  const output = { model: 'flights-late', version: '1', role: 'champion', reference: 'baseline' };

  afterEach(() => void linkPrometheus({}));

  it('is recorded over replicas; the exporter gives the bars', async () => {
    const targets = linkPrometheus({
      psi: [
        [temp, 0.31],
        [output, 0.05],
        [{ ...temp, feature: 'dest' }, 0.9],
      ],
      critical: [
        [temp, 0.02],
        [output, 0.02],
        [{ ...temp, feature: 'dest' }, 0.5],
      ],
      count: [
        [temp, 40_000],
        [output, 40_000],
        [{ ...temp, feature: 'dest' }, 201],
      ],
      share: [[temp, 0.1]],
      impact: [[temp, 0.031]],
    });
    const { columns, notice } = await driftOf(LINKED, { window: '6h', version: '1' });
    // 201 values are more than the bar, and not ten for each of the bins of destinations.
    expect([columns['feature'], columns['verdict']]).toEqual([
      ['temp', 'output', 'dest'],
      ['drift', 'quiet', 'insufficient data'],
    ]);
    expect([columns['drift'], columns['impact'], columns['count']]).toEqual([
      [0.31, 0.05, 0.9],
      [0.031, null, null],
      [40_000, 40_000, 201],
    ]);
    expect(notice?.text).toBe('Recorded in Prometheus over 6h, summed over replicas and then scored.');
    expect(targets.find(({ refId }) => refId === 'psi')?.expr).toBe(
      'model_version_feature:modelwatch_feature_psi:6h{model="flights-late", version="1", reference="baseline"} or ' +
        'model_version_role:modelwatch_output_psi:6h{model="flights-late", version="1", reference="baseline"}',
    );
    expect(targets.find(({ refId }) => refId === 'share')?.expr).toBe(
      'model_version_feature:modelwatch_attribution_share_ratio:6h{model="flights-late", version="1"}',
    );
  });

  it.each([
    ['has recorded nothing', {}, 'has recorded no drift'],
    ['fails', new Error('connection refused'), 'failed: connection refused'],
  ])('falls back on the exporter where it %s, and says so', async (_name, series, words) => {
    linkPrometheus(series);
    const { columns, notice } = await driftOf(LINKED);
    expect([columns['feature']![0], notice?.severity]).toEqual(['temp', 'warning']);
    expect(notice?.text).toContain(words);
    expect(notice?.text).toContain('one exporter');
  });
});

describe('the editor of drift', () => {
  beforeAll(installLayout);

  it('chooses version and window', async () => {
    installRecordedExporter();
    const edited = editQuery({ refId: 'A', queryType: 'drift', model: 'flights-late' });
    await edited.choose('Version', '2');
    await edited.choose('Window', '6h');
    expect(edited.query()).toMatchObject({ version: '2', window: '6h' });
  });
});
