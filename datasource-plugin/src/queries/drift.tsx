import type { DriftAnswer } from '@modelwatch/core';
import React from 'react';
import { catchError, map, Observable, of, switchMap } from 'rxjs';
import type { ModelwatchQuery } from '../query';
import { toQueryError } from '../query-error';
import { ChoiceField } from './choice-field';
import { driftFrame, DriftTold, FeatureDrift, ofExporter } from './drift-frame';
import { ModelField, modelPath, ofOneModel } from './model-field';
import type { EditorProps, QueryContext, QueryKind } from './query-kind';
import { recordedDrift, WINDOW_DEFAULT } from './recorded-drift';
import { VersionField } from './version-field';

const WINDOWS = ['1h', '6h'].map((value) => ({ value, label: value }));

function DriftEditor(props: EditorProps) {
  return (
    <>
      <ModelField {...props} />
      <VersionField {...props} />
      <ChoiceField
        {...props}
        field="window"
        label="Window"
        placeholder={WINDOW_DEFAULT}
        tooltip="One of alerts.driftWindows, over which drift is recorded in the linked Prometheus. The exporter's own readings have its local window."
        choices={WINDOWS}
      />
    </>
  );
}

/** Recorded series where a Prometheus is linked and has them; what the exporter counted otherwise. The notice says which, and why. */
function driftTold(query: ModelwatchQuery, model: string, answer: DriftAnswer, context: QueryContext): Observable<DriftTold> {
  const { version, window } = query;
  const { bars } = answer;
  const uid = context.options.prometheusUid;
  const told = (features: readonly FeatureDrift[], severity: 'info' | 'warning', text: string): DriftTold => ({
    model,
    bars,
    features,
    notice: { severity, text },
  });
  const own = (why: string, severity: 'info' | 'warning') => {
    const minutes = Math.round(answer.windowSeconds / 60);
    const features = ofExporter(answer).filter((one) => version === undefined || one.version === version);
    return told(features, severity, `${why} These are the readings of one exporter over its last ${minutes} minutes.`);
  };
  if (uid === undefined) {
    return of(own('No Prometheus is linked.', 'info'));
  }
  return recordedDrift({ uid, model, version, window }, answer, context).pipe(
    map((features) =>
      features.length === 0
        ? own('The linked Prometheus has recorded no drift of this model.', 'warning')
        : told(features, 'info', `Recorded in Prometheus over ${window ?? WINDOW_DEFAULT}, summed over replicas and then scored.`),
    ),
    catchError((thrown: unknown) => of(own(`The linked Prometheus failed: ${toQueryError(thrown).message}`, 'warning'))),
  );
}

export const drift: QueryKind = {
  label: 'Drift',
  description: 'Features by drift from the baseline, with critical value, count, verdict and what it matters to the model',
  run: (query, context) =>
    ofOneModel(query, (model) =>
      context.api.get<DriftAnswer>(modelPath(model, 'drift'), {}, context.requestId).pipe(
        switchMap((answer) => driftTold(query, model, answer, context)),
        map((told) => [driftFrame(told, query.refId)]),
      ),
    ),
  changesWith: 'drift',
  Editor: DriftEditor,
};
