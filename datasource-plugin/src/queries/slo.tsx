import type { DataFrame } from '@grafana/data';
import React from 'react';
import { map, Observable, of } from 'rxjs';
import { frameOf } from '../frames/columns';
import { matcher, recordedSeries } from '../recorded-series';
import { ChoiceField } from './choice-field';
import { ModelField } from './model-field';
import type { EditorProps, QueryContext, QueryKind } from './query-kind';
import { sloFrame, SLO_WINDOWS } from './slo-frame';

const NO_CHOICES = [] as const;

function SloEditor(props: EditorProps) {
  return (
    <>
      <ModelField {...props} />
      <ChoiceField
        {...props}
        field="slo"
        label="Objective"
        tooltip="Its name, as the configuration has it. Empty: all."
        placeholder="Every objective"
        choices={NO_CHOICES}
      />
    </>
  );
}

export const slo: QueryKind = {
  label: 'Error budgets',
  description: 'Objectives with their budget left, burn rates by window and time to exhaustion, over all replicas',
  run: ({ refId, model, slo: objective }, context) => {
    const uid = context.options.prometheusUid;
    return uid === undefined
      ? of([unlinked(refId)])
      : recorded(uid, [...matcher('model', model), ...matcher('slo', objective)], context, refId);
  },
  Editor: SloEditor,
};

function unlinked(refId: string): DataFrame {
  const text =
    'Error budgets are counted over all replicas, in Prometheus: choose the Prometheus data source that holds the series in the settings of this data source.';
  return frameOf({ refId, name: 'error budgets', rows: [], columns: [], notices: [{ severity: 'warning', text }] });
}

/** The series that the rules record, under the names that `modelwatch rules` writes. */
function recorded(uid: string, matchers: readonly string[], context: QueryContext, refId: string): Observable<DataFrame[]> {
  const where = `{${matchers.join(',')}}`;
  const ofModel = (metric: string) => `model_slo:modelwatch_slo_${metric}${where}`;
  const burns = SLO_WINDOWS.map((window) => [
    `burn${window}`,
    // Each version burns for itself; over several the fastest is what matters.
    `max by (model, slo) (model_version_slo:modelwatch_slo_burn_rate:${window}${where})`,
  ]);
  const questions: Record<string, string> = {
    objective: ofModel('objective_ratio:info'),
    budgetLeft: ofModel('budget_left:ratio'),
    timeToExhaustion: ofModel('time_to_exhaustion:seconds'),
    ...Object.fromEntries(burns),
  };
  return recordedSeries(uid, questions, context).pipe(
    map((samples) => {
      const [objective, budgetLeft, timeToExhaustion] = ['objective', 'budgetLeft', 'timeToExhaustion'].map((name) => samples[name] ?? []);
      const burn = Object.fromEntries(SLO_WINDOWS.map((window) => [window, samples[`burn${window}`] ?? []]));
      return [sloFrame({ objective: objective!, budgetLeft: budgetLeft!, timeToExhaustion: timeToExhaustion!, burn }, refId)];
    }),
  );
}
