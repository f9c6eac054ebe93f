import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DataQueryRequest, DataQueryResponse, DataSourceInstanceSettings, dateTime, LoadingState } from '@grafana/data';
import { config } from '@grafana/runtime';
import { firstValueFrom, NEVER, Observable, of } from 'rxjs';
import { ModelwatchDataSource } from './datasource';
import type { ModelwatchOptions } from './options';
import type { ModelwatchQuery } from './query';
import { installRecordedExporter, PROXY, recorded } from './testing/recorded-exporter';

const source = () => new ModelwatchDataSource({ url: PROXY, jsonData: {} } as DataSourceInstanceSettings<ModelwatchOptions>);
const target = (refId: string, queryType: string, more: Partial<ModelwatchQuery> = {}): ModelwatchQuery => ({
  refId,
  queryType,
  schemaVersion: 2,
  ...more,
});
const [from, to] = [dateTime('2026-12-01T00:00:00Z'), dateTime('2026-12-01T12:00:00Z')];

function request(...targets: ModelwatchQuery[]) {
  return {
    requestId: 'Q1',
    targets,
    range: { from, to, raw: { from, to } },
    scopedVars: {},
  } as unknown as DataQueryRequest<ModelwatchQuery>;
}
const answerTo = (...targets: ModelwatchQuery[]): Promise<DataQueryResponse> => firstValueFrom(source().query(request(...targets)));
const valuesOf = (answer: DataQueryResponse, refId: string, name: string) =>
  answer.data.find((frame) => frame.refId === refId)?.fields.find((field: { name: string }) => field.name === name)?.values;

describe('query', () => {
  it('answers all targets in one packet, each call under an id of its own', async () => {
    const { requests } = installRecordedExporter();
    const answer = await answerTo(target('A', 'models'), target('B', 'events'));
    expect([answer.state, answer.errors]).toEqual([LoadingState.Done, []]);
    expect(valuesOf(answer, 'A', 'model')).toEqual(['flights-late', 'prices']);
    expect(valuesOf(answer, 'B', 'id')).toEqual(['d-1', 'm-1', 't-1']);
    expect(requests.map(({ method, url, requestId, params }) => [method, url, requestId, params])).toEqual([
      ['GET', `${PROXY}/v1/models`, 'Q1-A', {}],
      ['GET', `${PROXY}/v1/events`, 'Q1-B', { from: 1796083200, to: 1796126400, limit: 1000 }],
    ]);
  });

  it('gives no columns where there are no rows, as a table would draw a bare header', async () => {
    installRecordedExporter({ '/v1/events': () => of({ data: { events: [] } }) });
    const { data, errors } = await answerTo(target('B', 'events'));
    expect([data.map(({ refId, name, fields }) => [refId, name, fields]), errors]).toEqual([[['B', 'events', []]], []]);
  });

  it('shows what one target found where another fails, and the fault in words', async () => {
    installRecordedExporter({ '/v1/events': () => ({ status: 502 }) });
    const answer = await answerTo(target('A', 'models'), target('B', 'events'));
    expect(valuesOf(answer, 'A', 'version')).toEqual(['1', '2024-11']);
    expect([answer.state, answer.errors]).toEqual([
      LoadingState.Error,
      [{ refId: 'B', status: 502, message: expect.stringContaining('cannot be reached') }],
    ]);
  });

  it('says what is lacking where a query of one model names none, or several', async () => {
    const { requests } = installRecordedExporter({}, { model: '{flights-late,prices}' });
    const { errors } = await answerTo(target('A', 'slices'), target('B', 'slices', { model: '$model' }));
    expect([errors?.map(({ message }) => message), requests]).toEqual([
      ['Choose a model: this query is of one.', 'This query is of one model, and its variable stands for several.'],
      [],
    ]);
  });

  it('asks for slices in the words of the API', async () => {
    const { requests } = installRecordedExporter();
    await answerTo(target('A', 'slices', { model: 'flights-late', slice: 'origin', version: '1', rankedBy: 'recall' }));
    expect(requests.map(({ url, params }) => [url, params])).toEqual([
      [`${PROXY}/v1/models/flights-late/slices`, { slice: 'origin', version: '1', by: 'recall', limit: 500 }],
    ]);
  });

  it('leaves out what is hidden and what no kind answers', async () => {
    const { requests } = installRecordedExporter();
    const answer = await answerTo(target('A', 'models', { hide: true }), target('B', 'toString'), target('C', 'horoscope'));
    expect([answer.data, requests]).toEqual([[], []]);
  });

  it('replaces variables; one that stands for all filters nothing', async () => {
    const { requests } = installRecordedExporter({}, { model: 'prices', every: '$__all' });
    const answer = await answerTo(
      target('A', 'models', { model: '$model' }),
      target('B', 'events', { model: '$model', eventKind: '$every' }),
    );
    expect(valuesOf(answer, 'A', 'model')).toEqual(['prices']);
    expect(requests[1].params).toEqual({ from: 1796083200, to: 1796126400, limit: 1000, model: 'prices' });
    expect(source().interpolateVariablesInQueries([target('A', 'events', { model: '$model', eventKind: '$every' })], {})).toEqual([
      { refId: 'A', queryType: 'events', schemaVersion: 2, model: 'prices' },
    ]);
  });

  it('asks for all where a variable has several values, and for the one where it has one', async () => {
    const { requests } = installRecordedExporter({}, { several: ['prices', 'flights-late'], single: ['prices'] });
    await answerTo(target('A', 'events', { model: '$several' }), target('B', 'events', { model: '$single' }));
    expect(requests.map(({ params }) => params?.model)).toEqual([undefined, 'prices']);
  });

  it('cancels its calls once nobody waits for them', () => {
    let cancelled = 0;
    const waiting = new Observable(() => () => cancelled++);
    installRecordedExporter({ '/v1/models': () => waiting, '/v1/events': () => NEVER });
    const subscription = source()
      .query(request(target('A', 'models'), target('B', 'models'), target('C', 'events')))
      .subscribe();
    subscription.unsubscribe();
    expect(cancelled).toBe(2);
  });

  it('reads page after page of events, and says so where it stops', async () => {
    const { events } = recorded<{ events: object[] }>('events.json');
    const { requests } = installRecordedExporter({ '/v1/events': () => of({ data: { events, next: '1796119200,1' } }) });
    const answer = await answerTo(target('A', 'events'));
    expect(requests.map(({ params }) => params?.after)).toEqual([undefined, ...Array(4).fill('1796119200,1')]);
    expect(answer.data[0].length).toBe(15);
    expect(answer.data[0].meta.notices).toEqual([{ severity: 'warning', text: 'Only the first 15 events of this time are shown.' }]);
  });
});

describe('a live query', () => {
  /** What the browser would open; the test tells of changes. */
  let tell: (kinds: string[]) => void;
  let closed: boolean;
  let opened: string[];
  beforeEach(() => {
    jest.useFakeTimers();
    [closed, opened] = [false, []];
    class EventSource {
      readyState = 1;
      constructor(url: string) {
        opened.push(url);
      }
      addEventListener(name: string, listener: (event: { data: string }) => void) {
        if (name === 'change') {
          tell = (kinds) => listener({ data: JSON.stringify({ kinds }) });
        }
      }
      close() {
        closed = true;
      }
    }
    Object.assign(globalThis, { EventSource });
  });
  afterEach(() => {
    jest.useRealTimers();
    Reflect.deleteProperty(globalThis, 'EventSource');
  });

  it('is asked again upon a change of its kind, alone, and streams until nobody looks', () => {
    const { requests } = installRecordedExporter();
    const answers: DataQueryResponse[] = [];
    const subscription = source()
      .query(request(target('A', 'models', { live: 'on' }), target('B', 'events')))
      .subscribe((answer) => answers.push(answer));
    expect(answers.map(({ state, data }) => [state, data.length])).toEqual([[LoadingState.Streaming, 2]]);
    jest.advanceTimersByTime(5000);
    tell(['drift']);
    tell(['registry', 'drift']);
    expect(requests.map(({ url }) => url.slice(PROXY.length))).toEqual(['/v1/models', '/v1/events', '/v1/models']);
    expect(answers.length).toBe(2);
    subscription.unsubscribe();
    jest.advanceTimersByTime(5000);
    expect(closed).toBe(true);
  });

  it('goes on after an answer that failed', () => {
    let fails = true;
    installRecordedExporter({ '/v1/models': () => (fails ? { status: 502 } : of({ data: { models: [] } })) });
    const states: unknown[] = [];
    const subscription = source()
      .query(request(target('A', 'models', { live: 'on' })))
      .subscribe(({ state }) => states.push(state));
    fails = false;
    jest.advanceTimersByTime(5000);
    tell(['registry']);
    expect(states).toEqual([LoadingState.Error, LoadingState.Streaming]);
    subscription.unsubscribe();
  });

  it('listens below the path that Grafana is served at', () => {
    installRecordedExporter();
    config.appSubUrl = '/grafana';
    const subscription = source()
      .query(request(target('A', 'models', { live: 'on' })))
      .subscribe();
    subscription.unsubscribe();
    config.appSubUrl = '';
    expect(opened).toEqual([`/grafana${PROXY}/v1/stream`]);
  });

  it('of a kind that no change is told of is asked once', async () => {
    installRecordedExporter();
    expect((await answerTo(target('A', 'cost', { live: 'on' }))).state).toBe(LoadingState.Done);
  });
});

describe('health', () => {
  it('names the version of the exporter and counts its models', async () => {
    installRecordedExporter();
    expect(await source().testDatasource()).toEqual({ status: 'success', message: 'Exporter 0.0.0-test answers and watches 2 models.' });
  });

  it.each([
    ['a wrong token', { status: 400, data: { message: 'Authentication to data source failed' } }, 'does not accept the token'],
    [
      'a wrong token, as backendSrv of Grafana 12.3 tells of a body that is text',
      {
        status: 400,
        statusText: 'Bad Request',
        data: {
          message: 'Authentication to data source failed',
          error: 'Bad Request',
          response: '"Authentication to data source failed"',
        },
      },
      'does not accept the token',
    ],
    ['no exporter there', { status: 502 }, 'cannot be reached'],
    ['no answer in time', { status: 504, data: '' }, 'did not answer in time'],
    ['an exporter before this API', { status: 404, data: { message: 'Not found' } }, 'too old'],
    ['a token of another scope', { status: 403, data: { code: 'forbidden', error: 'x' } }, 'lacks the scope'],
  ])('says what is wrong: %s', async (_name, refusal, words) => {
    installRecordedExporter({ '/v1': () => refusal });
    expect(await source().testDatasource()).toEqual({ status: 'error', message: expect.stringContaining(words) });
  });

  it.each([
    [0, 'update the exporter'],
    [2, 'update this plugin'],
  ])('says who is behind: API %i', async (apiVersion, words) => {
    installRecordedExporter({ '/v1': () => of({ data: { name: 'modelwatch', version: '9.9.9', apiVersion } }) });
    expect(await source().testDatasource()).toEqual({ status: 'error', message: expect.stringContaining(words) });
  });

  it('does not take any answer for that of an exporter', async () => {
    installRecordedExporter({ '/v1': () => of({ data: '<html>' }) });
    expect(await source().testDatasource()).toEqual({ status: 'error', message: expect.stringContaining('not an exporter') });
  });
});
