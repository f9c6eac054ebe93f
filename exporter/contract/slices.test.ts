import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rankSlices, sliceAccuracy, Confusion, type IntervalReading } from '@modelwatch/core';
import { startTestSidecar, type TestSidecar } from './test-sidecar.js';

interface SliceValue {
  readonly value: string;
  readonly rank: number;
  readonly hasSeries: boolean;
  readonly cases: number;
  readonly quality: IntervalReading;
  readonly gap: IntervalReading;
  readonly counts: { readonly joined: number; readonly outputMissing: number; readonly falsePositive?: number };
  readonly readings: Readonly<Record<string, { readonly kind: string; readonly value?: number }>>;
}

interface Told {
  readonly status: number;
  readonly code?: string;
  readonly version?: string;
  readonly slices?: readonly {
    readonly slice: string;
    readonly values: number;
    readonly next?: number;
    readonly worst: readonly SliceValue[];
    readonly other: SliceValue | null;
    readonly fairness?: { readonly reference: string | null; readonly groups: readonly { readonly group: string }[] };
  }[];
}

let sidecar: TestSidecar;
beforeAll(async () => {
  sidecar = await startTestSidecar(`
store: { path: ':memory:' }
access:
  open: [read, ingest]
  readPerSecondMax: 1000
models:
  - name: m
    champion: { version: '1' }
    slices:
      - { name: carrier, valuesMax: 2, worstMax: 1, keptMax: 5, fairness: { reference: AA } }
      - { name: origin, fairness: {} }
  - name: prices
    champion: { version: '1' }
    output: { kind: regression }
    slices: [{ name: city }]
`);
});
afterAll(() => sidecar.close());

const get = async (query: string, model = 'm'): Promise<Told> => {
  const response = await fetch(`${sidecar.url}/v1/models/${model}/slices${query}`);
  return { status: response.status, ...((await response.json()) as object) };
};

let lastId = 0;
/** Predictions with what came true, by the front door. */
async function join(
  model: string,
  pairs: readonly { readonly slices: object; readonly output: number; readonly truth: number }[],
): Promise<void> {
  for (let from = 0; from < pairs.length; from += 200) {
    const some = pairs.slice(from, from + 200).map((pair) => ({ ...pair, id: `p${++lastId}` }));
    const predictions = some.map(({ id, slices, output }) => ({ model, id, slices, output, time: 1 }));
    const truths = some.map(({ id, truth }) => ({ model, id, value: truth, time: 2 }));
    expect((await sidecar.post('/v1/predictions', JSON.stringify(predictions))).status).toBe(200);
    expect((await sidecar.post('/v1/ground-truth', JSON.stringify(truths))).status).toBe(200);
  }
}

const flights = (carrier: string, count: number, wrong: number) =>
  Array.from({ length: count }, (_, i) => ({ slices: { carrier, origin: 'JFK' }, output: i < wrong ? 0.9 : 0.2, truth: 0 }));

describe('GET /v1/models/{model}/slices', () => {
  it('tells of slices before there is ground truth', async () => {
    const { status, slices } = await get('');
    expect([status, slices?.map(({ slice, values, other }) => [slice, values, other])]).toEqual([
      200,
      [
        ['carrier', 0, null],
        ['origin', 0, null],
      ],
    ]);
    expect(slices![1]!.fairness).toEqual({ reference: null, groups: [] });
  });

  it('ranks every value that is kept, with series or without, as the core does, a page at a time', async () => {
    const counted: Readonly<Record<string, readonly [number, number]>> = {
      AA: [400, 40],
      B6: [400, 20],
      MQ: [200, 100],
      US: [20, 15],
      HA: [150, 5],
    };
    for (const [carrier, [count, wrong]] of Object.entries(counted)) await join('m', flights(carrier, count, wrong));
    await join('m', flights('OO', 30, 3));
    const { slices } = await get('');
    const [carrier, origin] = slices!;
    const confusions = Object.entries({ ...counted, __other__: [30, 3] as const }).map(
      ([value, [count, wrong]]) =>
        [value, Confusion.fromJSON({ truePositive: 0, falsePositive: wrong, trueNegative: count - wrong, falseNegative: 0 })] as const,
    );
    const ranked = rankSlices(sliceAccuracy, new Map(confusions), 0.999);
    expect(carrier!.worst.map(({ value, quality, gap, cases: count }) => ({ value, count, quality, gap }))).toEqual(ranked);
    expect(carrier!.worst.map(({ value, rank, hasSeries }) => [value, rank, hasSeries])).toEqual([
      ['MQ', 1, true],
      ['AA', 2, true],
      ['B6', 3, true],
      ['HA', 4, false],
      ['US', 5, false],
    ]);
    expect(carrier!.worst[0]).toMatchObject({
      counts: { joined: 200, outputMissing: 0, falsePositive: 100 },
      readings: { accuracy: { kind: 'measured', value: 0.5 }, auc: { kind: 'undetermined' } },
    });
    expect(carrier!.other).toMatchObject({ counts: { joined: 30, falsePositive: 3 } });
    expect(carrier!.fairness?.reference).toBe('AA');
    expect(carrier!.fairness?.groups.map(({ group }) => group).sort()).toEqual(['B6', 'HA', 'MQ', 'US']);
    expect(origin!.fairness).toEqual({ reference: 'JFK', groups: [] });
    const [first] = (await get('?slice=carrier&limit=2')).slices!;
    const [second] = (await get(`?slice=carrier&limit=3&offset=${first!.next}`)).slices!;
    expect([...first!.worst, ...second!.worst]).toEqual(carrier!.worst);
    expect([first!.values, second!.next]).toEqual([5, undefined]);
  });

  it('is what the series say of the values that have some, and __other__ holds the others exactly', async () => {
    const joined = async (value: string) =>
      (await sidecar.series(
        `modelwatch_slice_joined_total{model="m",version="1",role="champion",slice="carrier",slice_value="${value}"}`,
      )) ?? 0;
    const [aa, b6, mq, other, us] = await Promise.all(['AA', 'B6', 'MQ', '__other__', 'US'].map(joined));
    expect([aa, b6, us]).toEqual([400, 400, 0]);
    expect(aa! + b6! + mq! + other!).toBe(1200);
  });

  it('ranks a regression by its absolute error', async () => {
    const prices = (city: string, error: number) =>
      Array.from({ length: 150 }, (_, i) => ({ slices: { city }, output: 100 + (i % 2 === 0 ? error : -error), truth: 100 }));
    await join('prices', [...prices('Rome', 1), ...prices('Bern', 3)]);
    const [city] = (await get('', 'prices')).slices!;
    expect(city!.worst.map(({ value, readings }) => [value, readings['meanAbsoluteError'], readings['bias']])).toEqual([
      ['Bern', { kind: 'measured', value: 3 }, { kind: 'measured', value: 0 }],
      ['Rome', { kind: 'measured', value: 1 }, { kind: 'measured', value: 0 }],
    ]);
    expect(city!.worst[0]!.readings['accuracy']).toBeUndefined();
  });

  it.each([
    ['', 'nobody', 404, 'model_not_found'],
    ['?slice=tail', 'm', 404, 'not_found'],
    ['?version=9', 'm', 404, 'version_not_found'],
    ['?limit=0', 'm', 400, 'value_out_of_range'],
    ['?limit=501', 'm', 400, 'value_out_of_range'],
    ['?limit=1e2', 'm', 400, 'value_out_of_range'],
    ['?limit=', 'm', 400, 'value_out_of_range'],
    ['?offset=-1', 'm', 400, 'value_out_of_range'],
    ['?offset=99999999', 'm', 400, 'value_out_of_range'],
    ['?by=f1', 'm', 400, 'invalid_value'],
    ['?by=constructor', 'm', 400, 'invalid_value'],
    ['?by=recall', 'prices', 400, 'invalid_value'],
    ['?slice=carrier&slice=origin', 'm', 400, 'invalid_form'],
    ['?after=1', 'm', 400, 'unknown_field'],
    ['?__proto__=1', 'm', 400, 'unknown_field'],
  ])('answers %p of %s with %d %s', async (query, model, status, code) => {
    const told = await get(query, model);
    expect([told.status, told.code]).toEqual([status, code]);
  });
});
