import { describe, expect, it } from '@jest/globals';
import { FieldType } from '@grafana/data';
import type { ModelsAnswer, VersionsAnswer } from '@modelwatch/core';
import { of } from 'rxjs';
import { toQueryError } from '../query-error';
import { asked } from '../testing/asked';
import { columnsOf, fieldOf } from '../testing/columns-of';
import { recorded } from '../testing/recorded-exporter';

const at = (text: string) => Date.parse(text);

describe('versions', () => {
  it('are rows with stage, last deploy, lineage and recorded metrics, the latest first', async () => {
    const [frame] = await asked('versions', { model: 'flights-late' });
    const columns = columnsOf(frame!);
    expect([columns['version'], columns['stage'], columns['owner'], columns['run'], columns['metric_auc']]).toEqual([
      ['2', '1'],
      ['production', 'archived'],
      ['travel', null],
      ['r-17', null],
      [0.83, null],
    ]);
    expect([columns['deployed'], columns['registered']![0]]).toEqual([
      [at('2026-12-01T10:30:00Z'), at('2026-12-01T09:00:00Z')],
      at('2026-12-01T10:00:00Z'),
    ]);
    expect([fieldOf(frame!, 'deployed').type, fieldOf(frame!, 'stage').config.mappings?.[0]?.options]).toMatchObject([
      FieldType.time,
      { production: { color: 'green' } },
    ]);
  });

  it('show what took over from what', async () => {
    const [frame] = await asked('versions', { part: 'promotions' });
    expect(columnsOf(frame!)).toMatchObject({
      version: ['2', '1'],
      previous: ['1', null],
      state: ['done', 'done'],
      time: [at('2026-12-01T10:30:00Z'), at('2026-12-01T09:00:00Z')],
    });
  });

  it('have health where they are at work, and the verdict where they are compared', async () => {
    const columns = columnsOf((await asked('versions', { model: 'flights-late' }))[0]!);
    const { models } = recorded<ModelsAnswer>('models.json');
    expect(models[0]).toMatchObject({ name: 'flights-late', version: '1', ready: true, challengers: [{ version: '2' }] });
    expect([columns['version'], columns['health'], columns['verdict']]).toEqual([
      ['2', '1'],
      ['ready', 'ready'],
      ['hold', null],
    ]);
    const refused = { '/v1/models/flights-late/challengers': () => ({ status: 503 }) };
    const [without] = await asked('versions', { model: 'flights-late' }, {}, refused);
    expect(columnsOf(without!)).toMatchObject({ health: ['ready', 'ready'], verdict: [null, null] });
  });

  it('that are at work and in no registry are rows of their role', async () => {
    const nothing = () => of({ data: { versions: [], promotions: [], more: false } });
    const [frame] = await asked('versions', {}, {}, { '/v1/registry/versions': nothing, '/v1/registry/promotions': nothing });
    expect(columnsOf(frame!)).toMatchObject({
      model: ['flights-late', 'prices', 'flights-late'],
      stage: ['champion', 'champion', 'challenger'],
      deployed: [null, null, null],
    });
  });

  it('are stage by stage, what is at work first', async () => {
    const { versions } = recorded<VersionsAnswer>('versions.json');
    const one = (version: string, stage: string, registeredSeconds: number) => ({ ...versions[0], version, stage, registeredSeconds });
    const told = {
      versions: [one('3', 'archived', 9), one('4', 'shadow', 1), one('5', 'shadow', 2), one('6', 'production', 0)],
      more: false,
    };
    const [frame] = await asked('versions', { model: 'flights-late' }, {}, { '/v1/registry/versions': () => of({ data: told }) });
    expect(columnsOf(frame!)['version']!.slice(0, 2)).toEqual(['6', '1']);
    expect(columnsOf(frame!)['stage']).toEqual(['production', 'champion', 'shadow', 'shadow', 'challenger', 'archived']);
    expect(columnsOf(frame!)['version']!.slice(2, 4)).toEqual(['5', '4']);
  });

  it('of a model that there is not are none, and more than one answer tells is said', async () => {
    const [none] = await asked('versions', { model: 'weather' });
    expect(none!.length).toBe(0);
    const [some] = await asked(
      'versions',
      {},
      {},
      { '/v1/registry/versions': () => of({ data: { ...recorded<object>('versions.json'), more: true } }) },
    );
    expect(some!.meta?.notices?.[0]?.text).toContain('Only 2 versions');
  });
});

describe('samples', () => {
  const query = { model: 'flights-late' };
  const ROUTE = '/v1/models/flights-late/samples';

  it('are rows with what their masks left of the inputs', async () => {
    const [frame] = await asked('samples', { ...query, part: 'all' });
    const columns = columnsOf(frame!);
    // Two rows of the ordinary request, two of the one without temp, one of that which could not be read.
    expect(columns['reason']).toEqual(['invalid_json', 'missing_input', 'missing_input', 'ordinary', 'ordinary']);
    expect([columns['rows']![0], columns['output']![0], columns['input.carrier']![0]]).toEqual([null, null, null]);
    expect([columns['input.carrier']![3], columns['input.distance']![3]]).toEqual([
      expect.stringMatching(/^\w\w$/),
      expect.stringMatching(/^\d+\.\.\d+$/),
    ]);
    expect(Object.keys(columns).some((name) => name.includes('dest'))).toBe(false);
  });

  it('link to their traces where a data source of traces is linked', async () => {
    const [without] = await asked('samples', query);
    const [linked] = await asked('samples', query, { tracesUid: 'tempo' });
    expect([fieldOf(without!, 'traceId').config.links, fieldOf(linked!, 'traceId').config.links?.[0]?.internal]).toMatchObject([
      [],
      { datasourceUid: 'tempo', query: { query: '${__value.raw}' } },
    ]);
  });

  it('are the failing ones unless all are asked for', async () => {
    const paramsOf = async (more: object) => {
      let params: unknown;
      const told = (request: { readonly params?: unknown }) => {
        params = request.params;
        return of({ data: { samples: [] } });
      };
      await asked('samples', { ...query, ...more }, {}, { [ROUTE]: told });
      return params;
    };
    const time = { from: 1796083200, to: 1796126400, limit: 500 };
    expect(await paramsOf({ reason: 'missing_input' })).toEqual({ failing: 'true', reason: 'missing_input', ...time });
    expect(await paramsOf({ part: 'all' })).toEqual(time);
  });

  it('say which scope the token lacks', async () => {
    const refused = asked('samples', query, {}, { [ROUTE]: () => ({ status: 403, data: { code: 'forbidden', error: 'no' } }) });
    const message = await refused.then(
      () => undefined,
      (thrown: unknown) => toQueryError(thrown, 'A').message,
    );
    expect(message).toContain('need a token with the scope `operate`');
  });
});
