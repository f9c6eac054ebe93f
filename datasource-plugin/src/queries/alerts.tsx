import React from 'react';
import { map } from 'rxjs';
import { ALERT_STATES, alertsFrame } from './alerts-frame';
import { ChoiceField } from './choice-field';
import { ModelField } from './model-field';
import type { EditorProps, QueryKind } from './query-kind';

const STATE_OPTIONS = Object.entries(ALERT_STATES).map(([value, label]) => ({ value, label }));

function AlertsEditor(props: EditorProps) {
  return (
    <>
      <ModelField {...props} />
      <ChoiceField
        {...props}
        field="alertState"
        label="State"
        tooltip="Empty: alerts that fire, and past ones."
        placeholder="Every state"
        choices={STATE_OPTIONS}
      />
    </>
  );
}

export const alerts: QueryKind = {
  label: 'Alerts',
  description: 'Alerts that fire, and past ones, within the time range, as Alertmanager told the exporter',
  run({ refId, model, alertState }, { api, range, requestId }) {
    const [fromSeconds, toSeconds] = [range.from.valueOf() / 1000, range.to.valueOf() / 1000];
    return api
      .alerts({ fromSeconds, toSeconds, model, state: alertState }, requestId)
      .pipe(map((found) => [alertsFrame(found, refId, { toSeconds })]));
  },
  changesWith: 'events',
  Editor: AlertsEditor,
};
