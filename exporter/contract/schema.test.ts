import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { flightRows, flightsModel, flightsRequest } from './flights-traffic.js';
import { startTestSidecar, type TestSidecar } from './test-sidecar.js';
import { startWatchedProxy } from './watched-proxy.js';

const FAMILY = 'modelwatch_schema_errors_total';

/** Errors by `feature kind`, those that are there. */
async function errorsOf(sidecar: TestSidecar): Promise<Readonly<Record<string, number>>> {
  const errors: Record<string, number> = {};
  for (const [name, value] of await sidecar.seriesOf(FAMILY)) {
    const [, feature, kind] = /feature="([^"]*)",kind="([^"]*)"/.exec(name)!;
    if (value > 0) errors[`${feature!} ${kind!}`] = value;
  }
  return errors;
}

type Input = { name: string; datatype: string; data: unknown[] };

describe('the features of requests to a served model', () => {
  let sidecar: TestSidecar;
  const [row] = flightRows('live.csv');

  beforeAll(async () => {
    sidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:${flightsModel()}
`);
  }, 120_000);
  afterAll(() => sidecar.close());

  it('are counted by feature and kind where the request is refused, by the scrape that follows its answer', async () => {
    const send = async (change: (inputs: Input[]) => Input[]) => {
      const body = JSON.parse(flightsRequest([row!])) as { inputs: Input[] };
      return (await sidecar.post('/v2/models/flights-late/infer', JSON.stringify({ inputs: change(body.inputs) }))).status;
    };
    expect(await send((inputs) => inputs)).toBe(200);
    expect(await errorsOf(sidecar)).toEqual({});
    expect(await send((inputs) => inputs.filter(({ name }) => name !== 'temp'))).toBe(400);
    expect(await errorsOf(sidecar)).toEqual({ 'temp missing_feature': 1 });
    expect(await send((inputs) => inputs.map((input) => (input.name === 'humid' ? { ...input, name: 'humidity' } : input)))).toBe(400);
    expect(
      await send((inputs) => inputs.map((input) => (input.name === 'dewp' ? { ...input, datatype: 'BYTES', data: ['39.02'] } : input))),
    ).toBe(400);
    expect(await errorsOf(sidecar)).toEqual({
      'temp missing_feature': 1,
      'humid missing_feature': 1,
      'humidity new_feature': 1,
      'dewp wrong_type': 1,
    });
  });

  it('are counted in events, refused or not', async () => {
    const before = await errorsOf(sidecar);
    const event = (features: object) =>
      sidecar.post('/v1/predictions', JSON.stringify({ model: 'flights-late', id: 'e', output: 0.5, features }));
    const numbers = Object.fromEntries(Object.entries(row!).filter(([name]) => name in before || /^(?:temp|hour)$/.test(name)));
    expect((await event({ ...numbers, temp: 'cold' })).status).toBe(400);
    const refused = await event({ tempo: 3 });
    expect([refused.status, (refused.json() as { error: string }).error]).toEqual([400, expect.stringContaining('did you mean "temp"?')]);
    const after = await errorsOf(sidecar);
    expect((after['temp wrong_type'] ?? 0) - (before['temp wrong_type'] ?? 0)).toBe(1);
    expect(after['tempo new_feature']).toBe(1);
  });
});

describe('the features of rows that pass to a JSON service', () => {
  it('are counted where a field is absent, new, renamed or of another type', async () => {
    const proxy = await startWatchedProxy(
      'protocol: json, mapping: { path: /score, rows: /trips, features: { distance: /km, city: /city }, outputRows: /scores, output: "" }',
      '/score',
    );
    try {
      const send = (...trips: object[]) =>
        proxy.changes({ body: JSON.stringify({ trips }), answer: JSON.stringify({ scores: trips.map(() => 0.5) }) });
      await send({ km: 1, city: 'Bonn' }, { city: 'Bonn' });
      expect(await errorsOf(proxy.sidecar)).toEqual({});
      await send({ kilometres: 1, city: 'Bonn' });
      await send({ km: '1', city: 'Bonn' });
      await send({ km: 1, city: 'Bonn', driver: 'x' });
      expect(await errorsOf(proxy.sidecar)).toEqual({
        'distance missing_feature': 1,
        'distance wrong_type': 1,
        'kilometres new_feature': 1,
        'driver new_feature': 1,
      });
    } finally {
      await proxy.close();
    }
  }, 120_000);
});
