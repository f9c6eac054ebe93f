import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ONE_ROW, startWatchedProxy, type WatchedProxy } from './watched-proxy.js';

/* A JSON service behind the proxy, read by the pointers of its mapping. docs/recipes/proxy.md shows the same mapping. */

describe('JSON traffic by a mapping', () => {
  let proxy: WatchedProxy;
  const mapping = `
        path: /predict,
        rows: /instances,
        features: { distance: /trip/distance~1km, city: /places/0 },
        outputRows: /results/rows,
        output: /scores/1,
        id: /key`;
  beforeAll(async () => {
    proxy = await startWatchedProxy(`protocol: json, mapping: {${mapping} }`, '/predict');
  });
  afterAll(() => proxy.close());

  const rowOf = (distance: unknown, city: unknown, key?: unknown) => ({ trip: { 'distance/km': distance }, places: [city], key });
  const bodyOf = (...instances: readonly unknown[]): string => JSON.stringify({ instances });
  const resultsOf = (...scores: readonly unknown[]): string =>
    JSON.stringify({ results: { rows: scores.map((score) => ({ scores: [0, score] })) } });

  it('passes at its own path, with its query, and at no other', async () => {
    const answer = await proxy.send({ body: bodyOf(rowOf(2, 'Bonn')), answer: resultsOf(0.8) });
    expect([answer.status, answer.body.toString()]).toEqual([200, resultsOf(0.8)]);
    expect((await proxy.sidecar.post('/v2/models/trips/infer', '{}')).status).toBe(404);
    expect((await proxy.sidecar.post('/predict/', '{}')).status).toBe(404);
  });

  it('is counted like any other', async () => {
    expect(await proxy.changes({ body: bodyOf(rowOf(2, 'Bonn')), answer: resultsOf(0.8) })).toEqual(ONE_ROW);
  });

  it('takes numbers, text, true and false, and leaves the rest as missing', async () => {
    const body = bodyOf(
      rowOf('2', 'Bonn'),
      rowOf(null, null),
      rowOf(undefined, ''),
      rowOf([2], { name: 'Bonn' }),
      rowOf('far', true),
      {},
      7,
      null,
    );
    const answer = resultsOf(0.8, null, '0.8', undefined, 0.1, 0.1, 0.1, 0.1);
    expect(await proxy.changes({ body, answer })).toEqual({
      predictions: 8,
      'feature_bin distance (1.5,2.5]': 1,
      'feature_missing distance': 7,
      'feature_bin city Bonn': 1,
      'feature_bin city __unseen__': 1,
      'feature_unseen city': 1,
      'feature_missing city': 6,
      'output_bin (-Inf,0.5]': 4,
      'output_bin (0.5,+Inf]': 1,
      output_missing: 3,
      'slice_predictions city Bonn': 1,
      'slice_predictions city true': 1,
    });
  });

  it.each<readonly [name: string, reason: string, body: string, answer: string]>([
    ['no JSON', 'undecodable', '{', resultsOf(0.8)],
    ['an answer that is no JSON', 'undecodable', bodyOf(rowOf(2, 'Bonn')), 'ok'],
    ['JSON nested too deep', 'undecodable', `${'['.repeat(100)}${']'.repeat(100)}`, resultsOf(0.8)],
    ['no rows', 'shape', '{}', resultsOf(0.8)],
    ['rows that are no list', 'shape', '{"instances":{}}', resultsOf(0.8)],
    ['more rows than outputs', 'shape', bodyOf(rowOf(2, 'Bonn'), rowOf(2, 'Bonn')), resultsOf(0.8)],
    ['names that every object has', 'shape', '{"instances":[]}', '{"constructor":{}}'],
  ])('passes and is counted as not watched: %s (%s)', async (_name, reason, body, answer) => {
    expect(await proxy.changes({ body, answer })).toEqual({ [`watch_skipped ${reason}`]: 1 });
  });

  it('is known by the id of each row, and by that of the request where a row has none of use', async () => {
    const body = bodyOf(rowOf(1, 'Bonn', 'first'), rowOf(1, 'Bonn', 42), rowOf(1, 'Bonn'), rowOf(1, 'Bonn', ''));
    await proxy.send({ body, headers: { 'x-request-id': 'request' }, answer: resultsOf(0.1, 0.1, 0.1, 0.1) });
    const found = [];
    for (const id of ['first', '42', 'request/2', 'request/3', 'request/0']) found.push(await proxy.joins(id));
    expect(found).toEqual([true, true, true, true, false]);
  });

  it('is told its id in the answer where nothing names it', async () => {
    const sent = await proxy.send({ body: bodyOf(rowOf(1, 'Bonn')), answer: resultsOf(0.1) });
    expect(await proxy.joins(sent.headers.get('x-request-id')!)).toBe(true);
    const named = await proxy.send({ body: bodyOf(rowOf(1, 'Bonn', 'k')), answer: resultsOf(0.1) });
    expect(named.headers.get('x-request-id')).toBeNull();
  });
});

describe('JSON traffic of one row a request', () => {
  let proxy: WatchedProxy;
  beforeAll(async () => {
    proxy = await startWatchedProxy(
      "protocol: json, mapping: { path: /predict, features: { distance: /d, city: /c }, output: '' }",
      '/predict',
    );
  });
  afterAll(() => proxy.close());

  it('is read from the request and the answer themselves', async () => {
    expect(await proxy.changes({ body: '{"d":2,"c":"Bonn"}', answer: '0.8' })).toEqual(ONE_ROW);
  });
});
