import { beforeEach, describe, expect, it } from '@jest/globals';
import { AdHocVariableFilter, DataQueryRequest, DataSourceInstanceSettings, dateTime } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { ModelwatchDataSource } from './datasource';
import type { ModelwatchQuery } from './query';
import { columnsOf } from './testing/columns-of';
import { installLayout } from './testing/editors';
import { installRecordedExporter, PROXY } from './testing/recorded-exporter';
import { migrateVariable, VariableEditor, VariableQuery } from './variables';

const source = () => new ModelwatchDataSource({ url: PROXY, jsonData: {} } as DataSourceInstanceSettings);
beforeEach(() => void installRecordedExporter({}, { model: 'flights-late', slice: 'origin' }));

describe('variables', () => {
  const valuesOf = async (query: Partial<VariableQuery>) => {
    const request = { targets: [query], scopedVars: {}, requestId: 'V' } as unknown as DataQueryRequest<VariableQuery>;
    const { data } = await lastValueFrom(source().variables.query(request));
    return data.map(({ text, value }) => (text === value ? text : undefined));
  };

  it.each([
    ['models', {}, ['flights-late', 'prices']],
    ['versions', { model: '$model' }, ['1', '2']],
    ['versions', {}, ['1', '2', '2024-11']],
    ['slices', { model: '$model' }, ['origin', 'carrier']],
    ['sliceValues', { model: '$model', slice: '$slice' }, ['LGA', 'EWR', 'JFK']],
    ['sliceValues', { model: '$model' }, []],
    ['challengers', { model: '$model' }, ['2']],
  ])('list %s of %j', async (list, more, values) => {
    const found = await valuesOf({ list, ...more });
    expect(list === 'sliceValues' ? found.slice(0, 3) : found).toEqual(values);
  });

  it('list the features of a model', async () => {
    expect(await valuesOf({ list: 'features', model: 'flights-late' })).toHaveLength(15);
  });

  it.each([undefined, 7, 'features', { list: 'toString', model: 3 }])('of any saved form are read: %j', (saved) => {
    expect(migrateVariable(saved)).toEqual({ refId: 'variable', list: saved === 'features' ? 'features' : 'models' });
  });

  it('have an editor', async () => {
    installLayout();
    let last = migrateVariable(undefined);
    function Edited() {
      const [query, setQuery] = useState(last);
      last = query;
      return <VariableEditor datasource={source()} query={query} onChange={setQuery} onRunQuery={() => undefined} />;
    }
    render(<Edited />);
    await userEvent.click(screen.getByLabelText('List'));
    await userEvent.click(await screen.findByRole('option', { name: /Slice values/ }));
    await userEvent.type(screen.getByLabelText('Model'), '$model');
    await userEvent.type(screen.getByLabelText('Slice'), 'origin');
    await userEvent.tab();
    expect(last).toEqual({ refId: 'variable', list: 'sliceValues', model: '$model', slice: 'origin' });
  });
});

describe('ad hoc filters', () => {
  const filter = (key: string, operator: string, value: string): AdHocVariableFilter => ({ key, operator, value });
  const [from, to] = [dateTime('2026-12-01T00:00:00Z'), dateTime('2026-12-01T12:00:00Z')];
  const frameOf = async (query: Partial<ModelwatchQuery>, filters: AdHocVariableFilter[]) => {
    const request = {
      requestId: 'Q',
      targets: [{ refId: 'A', ...query }],
      range: { from, to, raw: { from, to } },
      scopedVars: {},
      filters,
    };
    const answer = await firstValueFrom(source().query(request as unknown as DataQueryRequest<ModelwatchQuery>));
    return { columns: answer.data[0] === undefined ? {} : columnsOf(answer.data[0]), errors: answer.errors };
  };

  it('have keys, and values of the model that another filter names', async () => {
    expect((await source().getTagKeys()).map(({ text }) => text)).toEqual(['model', 'version', 'slice', 'feature', 'kind']);
    const values = async (key: string, filters: AdHocVariableFilter[]) =>
      (await source().getTagValues({ key, filters })).map(({ text }) => text);
    expect(await values('version', [filter('model', '=', 'prices')])).toEqual(['2024-11']);
    expect(await values('slice', [])).toEqual(['origin', 'carrier']);
    expect(await values('kind', [])).toContain('rollback');
    expect(await values('toString', [])).toEqual([]);
  });

  it('narrow what the exporter is asked for', async () => {
    const { requests } = installRecordedExporter();
    await frameOf({ queryType: 'slices' }, [filter('model', '=', 'flights-late'), filter('slice', '=', 'origin')]);
    expect([requests[0]!.url, requests[0]!.params]).toEqual([`${PROXY}/v1/models/flights-late/slices`, { slice: 'origin', limit: 500 }]);
  });

  it.each([
    ['=', 'prices', ['prices']],
    ['!=', 'prices', ['flights-late']],
    ['=~', 'fl.*', ['flights-late']],
    // A frame without rows has no columns either.
    ['=~', 'light', undefined],
    ['!~', 'fl.*', ['prices']],
  ])('leave the rows that hold: model %s %s', async (operator, value, models) => {
    expect((await frameOf({ queryType: 'models' }, [filter('model', operator, value)])).columns['model']).toEqual(models);
  });

  it('filter events by kind, and nothing by a key that a frame has not', async () => {
    expect((await frameOf({ queryType: 'events' }, [filter('kind', '!=', 'deploy')])).columns['kind']).toEqual([
      'maintenance',
      'training_job',
    ]);
    expect(
      (await frameOf({ queryType: 'models' }, [filter('kind', '=', 'deploy'), filter('feature', '=', 'x')])).columns['model'],
    ).toHaveLength(2);
  });

  it('narrow a query that names a value itself, and never ask for another', async () => {
    const { requests } = installRecordedExporter();
    const query = { queryType: 'slices', model: 'flights-late', slice: 'origin' };
    const other = await frameOf(query, [filter('slice', '=', 'carrier')]);
    expect([requests.length, other]).toEqual([0, { columns: {}, errors: [] }]);
    expect(await frameOf(query, [filter('model', '!=', 'flights-late')])).toEqual(other);
    expect(await frameOf({ queryType: 'slices' }, [filter('model', '=', 'flights-late'), filter('model', '=', 'prices')])).toEqual(other);
    expect(requests.length).toBe(0);
    await frameOf(query, [filter('slice', '=', 'origin'), filter('model', '=~', 'flights.*')]);
    expect(requests[0]!.params).toMatchObject({ slice: 'origin' });
  });

  it('by a slice narrow the slices of a model and of its challengers alike', async () => {
    const slicesOf = async (query: Partial<ModelwatchQuery>, operator: string) =>
      new Set((await frameOf({ model: 'flights-late', ...query }, [filter('slice', operator, 'origin')])).columns['slice']);
    for (const query of [{ queryType: 'slices' }, { queryType: 'shadow', part: 'slices', challenger: '2' }]) {
      expect([query, await slicesOf(query, '=~')]).toEqual([query, new Set(['origin'])]);
      expect([...(await slicesOf(query, '!='))]).not.toContain('origin');
    }
  });

  it('say what is no regular expression', async () => {
    expect((await frameOf({ queryType: 'models' }, [filter('model', '=~', '(')])).errors?.[0]?.message).toContain('no regular expression');
  });
});

it('a query in Explore begins with the models', () => {
  expect(source().getDefaultQuery()).toEqual({ schemaVersion: 2, queryType: 'models' });
});
