import { dateTimeParse, TimeRange } from '@grafana/data';
import type { DistributionsAnswer } from '@modelwatch/core';
import React from 'react';
import { map } from 'rxjs';
import type { Params } from '../api';
import type { ModelwatchQuery } from '../query';
import { ChoiceField } from './choice-field';
import { distributionFrames } from './distribution-frames';
import { FieldOfModel, ModelField, modelPath, ofOneModel } from './model-field';
import { FEATURES_OF } from './names-of-model';
import type { EditorProps, QueryKind } from './query-kind';
import { VersionField } from './version-field';

const COMPARED_WITH = [
  { value: 'baseline', label: 'The baseline' },
  { value: 'before', label: 'As long before', description: 'The time of the same length that ends where this one begins' },
  { value: 'window', label: 'Another time', description: 'From and to, as Grafana writes times' },
];
const TIMES = ['now-1d', 'now-7d', 'now-14d', 'now-30d'].map((value) => ({ value, label: value }));

function DistributionEditor(props: EditorProps) {
  const time = (field: 'referenceFrom' | 'referenceTo', label: string) => (
    <ChoiceField
      {...props}
      field={field}
      label={label}
      placeholder="now-8d"
      tooltip="As Grafana writes times: now-8d, or a date and time. May be a variable."
      choices={TIMES}
    />
  );
  return (
    <>
      <ModelField {...props} />
      <FieldOfModel
        {...props}
        field="feature"
        label="Feature"
        placeholder="The output"
        tooltip="Empty: the output of the model."
        namesOf={FEATURES_OF}
      />
      <VersionField {...props} />
      <ChoiceField
        {...props}
        field="comparedWith"
        label="Compared with"
        placeholder="The baseline"
        tooltip="Both sides are counted in the bins of the baseline."
        choices={COMPARED_WITH}
      />
      {props.query.comparedWith === 'window' ? (
        <>
          {time('referenceFrom', 'From')}
          {time('referenceTo', 'To')}
        </>
      ) : null}
    </>
  );
}

/** The time that is compared with, in seconds; nothing where it is the baseline. */
function referenceOf({ comparedWith, referenceFrom, referenceTo }: ModelwatchQuery, { from, to }: TimeRange): Params {
  const [start, end] = [from.valueOf() / 1000, to.valueOf() / 1000];
  switch (comparedWith) {
    case 'before':
      return { referenceFrom: start - (end - start), referenceTo: start };
    case 'window':
      return { referenceFrom: secondsOf('from', referenceFrom, false), referenceTo: secondsOf('to', referenceTo, true) };
    default:
      return {};
  }
}

function secondsOf(name: string, text: string | undefined, roundUp: boolean): number {
  const time = dateTimeParse(text ?? '', { roundUp });
  if (text === undefined || !time.isValid()) {
    throw new Error(
      `Another time to compare with needs its ${name}, such as now-8d or a date${text === undefined ? '' : `, got ${text}`}.`,
    );
  }
  return time.valueOf() / 1000;
}

export const distribution: QueryKind = {
  label: 'Distribution',
  description: 'A feature or the output within the time range, against the baseline or another time, by bin',
  run: (query, { api, range, requestId }) =>
    ofOneModel(query, (model) => {
      const { feature, version, refId } = query;
      const time = { from: range.from.valueOf() / 1000, to: range.to.valueOf() / 1000 };
      const params = { feature, ...time, ...referenceOf(query, range) };
      return api.get<DistributionsAnswer>(modelPath(model, 'distributions'), params, requestId).pipe(
        map((answer) => {
          const distributions = answer.distributions.filter((one) => version === undefined || one.version === version);
          return distributionFrames({ ...answer, distributions }, refId);
        }),
      );
    }),
  Editor: DistributionEditor,
};
