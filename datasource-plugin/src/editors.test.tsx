import '@testing-library/jest-dom/jest-globals';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSourceInstanceSettings } from '@grafana/data';
import { DataSourceSrv, setDataSourceSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { ConfigEditor } from './config-editor';
import { ModelwatchDataSource } from './datasource';
import type { ModelwatchQuery } from './query';
import { QueryEditor } from './query-editor';
import { installRecordedExporter, PROXY } from './testing/recorded-exporter';

type Settings = React.ComponentProps<typeof ConfigEditor>['options'];

beforeAll(() => {
  // What the virtual list of a Combobox measures; jsdom lays nothing out.
  const box = { width: 300, height: 300, top: 0, left: 0, bottom: 300, right: 300, x: 0, y: 0, toJSON: () => ({}) };
  Element.prototype.getBoundingClientRect = () => box;
  Object.defineProperties(HTMLElement.prototype, { clientHeight: { value: 300 }, clientWidth: { value: 300 } });
  window.HTMLCanvasElement.prototype.getContext = (() => ({ measureText: () => ({ width: 10 }) })) as never;
  class Observer {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  Object.assign(globalThis, { ResizeObserver: Observer, IntersectionObserver: Observer });
  setDataSourceSrv({ getList: () => [], getInstanceSettings: () => undefined } as unknown as DataSourceSrv);
});

describe('settings', () => {
  const given = (more: Partial<Settings> = {}) =>
    ({ url: 'http://localhost:9810', jsonData: {}, secureJsonFields: {}, secureJsonData: {}, readOnly: false, ...more }) as Settings;
  let last: Settings;
  function Edited({ start }: { start: Settings }) {
    const [options, setOptions] = useState(start);
    last = options;
    return <ConfigEditor options={options} onOptionsChange={(next) => setOptions(next)} />;
  }

  it('keep the token a secret beside those that are there', async () => {
    render(<Edited start={given({ secureJsonData: { tlsCACert: 'kept' } })} />);
    await userEvent.type(screen.getByLabelText('Token'), 'mwt_x');
    expect(last.secureJsonData).toEqual({ tlsCACert: 'kept', apiToken: 'mwt_x' });
    expect(JSON.stringify(last.jsonData)).not.toContain('mwt_x');
  });

  it('show no token that is set, and forget it when it is reset', async () => {
    render(<Edited start={given({ secureJsonFields: { apiToken: true } })} />);
    await userEvent.click(screen.getByRole('button', { name: /reset/i }));
    expect([last.secureJsonFields.apiToken, last.secureJsonData?.apiToken]).toEqual([false, '']);
  });

  it('ask for certificates where they are wanted', async () => {
    render(<Edited start={given()} />);
    expect(screen.queryByLabelText('Certificate of the authority')).toBeNull();
    await userEvent.click(screen.getByLabelText('Own authority'));
    expect(last.jsonData).toEqual({ tlsAuthWithCACert: true });
    expect(screen.getByLabelText('Certificate of the authority')).toBeEnabled();
  });

  it('change nothing that was provisioned', () => {
    render(<Edited start={given({ readOnly: true, jsonData: { tlsAuthWithCACert: true, tlsAuth: true } })} />);
    const fields = [...screen.getAllByRole('textbox'), ...screen.getAllByRole('switch'), screen.getByLabelText('Token')];
    expect(fields.length).toBeGreaterThan(7);
    for (const field of fields) {
      expect(field).toBeDisabled();
    }
  });
});

describe('query editor', () => {
  let last: ModelwatchQuery;
  let runs = 0;
  function Edited({ start }: { start: Partial<ModelwatchQuery> }) {
    const [query, setQuery] = useState(start as ModelwatchQuery);
    const [datasource] = useState(() => new ModelwatchDataSource({ url: PROXY, jsonData: {} } as DataSourceInstanceSettings));
    last = query;
    return <QueryEditor datasource={datasource} query={query} onChange={setQuery} onRunQuery={() => runs++} />;
  }
  beforeEach(() => {
    runs = 0;
    installRecordedExporter();
  });

  it('shows the fields of the kind that is chosen, and runs it', async () => {
    render(<Edited start={{ refId: 'A' }} />);
    expect(screen.queryByLabelText('Event')).toBeNull();
    await userEvent.click(screen.getByLabelText('Query'));
    await userEvent.click(await screen.findByRole('option', { name: /Events/ }));
    expect([last, runs]).toEqual([{ refId: 'A', queryType: 'events', schemaVersion: 2 }, 1]);
    expect(screen.getByLabelText('Event')).toBeInTheDocument();
  });

  it('offers the models that the exporter watches', async () => {
    render(<Edited start={{ refId: 'A', queryType: 'events' }} />);
    await userEvent.click(screen.getByLabelText('Model'));
    await userEvent.click(await screen.findByRole('option', { name: 'prices' }));
    expect([last.model, runs]).toEqual(['prices', 1]);
  });

  it('filters events by kind', async () => {
    render(<Edited start={{ refId: 'A', queryType: 'events' }} />);
    await userEvent.click(screen.getByLabelText('Event'));
    await userEvent.click(await screen.findByRole('option', { name: 'Deploy' }));
    expect(last.eventKind).toBe('deploy');
  });
});
