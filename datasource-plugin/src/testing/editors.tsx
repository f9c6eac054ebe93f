import { DataSourceInstanceSettings } from '@grafana/data';
import { DataSourceSrv, setDataSourceSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { ModelwatchDataSource } from '../datasource';
import type { ModelwatchQuery } from '../query';
import { QueryEditor } from '../query-editor';
import { PROXY } from './recorded-exporter';

/** Gives jsdom, which lays nothing out, what the virtual list of a Combobox measures. */
export function installLayout(): void {
  const box = { width: 300, height: 2000, top: 0, left: 0, bottom: 2000, right: 300, x: 0, y: 0, toJSON: () => ({}) };
  Element.prototype.getBoundingClientRect = () => box;
  Object.defineProperties(HTMLElement.prototype, {
    clientHeight: { value: 2000, configurable: true },
    clientWidth: { value: 300, configurable: true },
  });
  window.HTMLCanvasElement.prototype.getContext = (() => ({ measureText: () => ({ width: 10 }) })) as never;
  class Observer {
    observe() {}
    unobserve() {}
    disconnect() {}
  }
  Object.assign(globalThis, { ResizeObserver: Observer, IntersectionObserver: Observer });
  setDataSourceSrv({ getList: () => [], getInstanceSettings: () => undefined } as unknown as DataSourceSrv);
}

/** A query in the editor, as a panel keeps it. */
export interface EditedQuery {
  readonly query: () => ModelwatchQuery;
  readonly runs: () => number;
  /** Opens a field and takes what it offers under this name. */
  choose(label: string, option: string | RegExp): Promise<void>;
}

export function editQuery(start: Partial<ModelwatchQuery>): EditedQuery {
  let last = start as ModelwatchQuery;
  let runs = 0;
  const datasource = new ModelwatchDataSource({ url: PROXY, jsonData: {} } as DataSourceInstanceSettings);
  function Edited() {
    const [query, setQuery] = useState(last);
    last = query;
    return <QueryEditor datasource={datasource} query={query} onChange={setQuery} onRunQuery={() => runs++} />;
  }
  render(<Edited />);
  return {
    query: () => last,
    runs: () => runs,
    async choose(label, option) {
      await userEvent.click(screen.getByLabelText(label));
      await userEvent.click(await screen.findByRole('option', { name: option }));
    },
  };
}
