import type { DataFrame } from '@grafana/data';
import type { ApiCost, CostAnswer } from '@modelwatch/core';
import React from 'react';
import { map } from 'rxjs';
import { COUNT, frameOf, number, text } from '../frames/columns';
import { DEBUG_BOARD } from '../frames/data-links';
import { ModelField } from './model-field';
import type { EditorProps, QueryKind } from './query-kind';
import { VersionField } from './version-field';

/** A frame a currency, for currencies are never added; a row a version and source, the dearest first. */
export function costFrames({ seconds, costs }: CostAnswer, refId: string): DataFrame[] {
  const currencies = [...new Set(costs.map(({ currency }) => currency))];
  // Without a price there is still a frame, which says why it is empty.
  return (currencies.length === 0 ? [''] : currencies).map((currency) => {
    const money = { unit: currency === '' ? 'none' : `currency:${currency} `, min: 0 };
    return frameOf<ApiCost>({
      refId,
      name: `cost ${currency}`.trim(),
      rows: costs.filter((one) => one.currency === currency).sort((a, b) => b.cost - a.cost),
      columns: [
        text('model', 'Name of the model.', ({ model }) => model, { links: [DEBUG_BOARD] }),
        text('version', 'The version.', ({ version }) => version),
        text('role', 'How the version takes part.', ({ role }) => role),
        text('source', 'Where the cost comes from: scoring, explaining, requests or the replica.', ({ source }) => source),
        text('currency', 'The currency of the prices.', () => currency),
        number('cost', 'At the configured prices, since this exporter was started.', ({ cost }) => cost, money),
        number('costPerHour', 'The same by the hour.', ({ cost }) => (seconds === 0 ? undefined : (cost * 3600) / seconds), {
          ...money,
          displayName: 'cost per hour',
        }),
        number('seconds', 'For how long it has counted.', () => seconds, { ...COUNT, unit: 's' }),
      ],
      notices: currency === '' ? [{ severity: 'info', text: 'None of these models has a price: set `cost` in its configuration.' }] : [],
    });
  });
}

function CostEditor(props: EditorProps) {
  return (
    <>
      <ModelField {...props} />
      <VersionField {...props} />
    </>
  );
}

export const cost: QueryKind = {
  label: 'Cost',
  description: 'What models and versions cost at the configured prices, by source',
  run: ({ refId, model, version }, { api, requestId }) =>
    api
      .get<CostAnswer>('/v1/cost', {}, requestId)
      .pipe(
        map(({ seconds, costs }) =>
          costFrames(
            { seconds, costs: costs.filter((one) => (model ?? one.model) === one.model && (version ?? one.version) === one.version) },
            refId,
          ),
        ),
      ),
  Editor: CostEditor,
};
