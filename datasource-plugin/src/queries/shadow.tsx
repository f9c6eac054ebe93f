import type { DataFrame } from '@grafana/data';
import type { ChallengersAnswer } from '@modelwatch/core';
import React from 'react';
import { map } from 'rxjs';
import type { ModelwatchQuery } from '../query';
import { FieldOfModel, ModelField, modelPath, ofOneModel } from './model-field';
import { PartField, partOf } from './part-field';
import type { EditorProps, QueryKind } from './query-kind';
import { agreementFrame, differencesFrame, qualityFrame, shadowSlicesFrame, verdictFrame } from './shadow-frames';

/** Of several challengers, agreement and differences are a frame each. */
const PARTS = {
  agreement: { label: 'Agreement and verdict', description: 'Pairs of outputs, for the panel of shadow verdicts' },
  differences: { label: 'Differences', description: 'Counts by the difference of outputs' },
  quality: { label: 'Quality', description: 'Difference of accuracy and loss with its interval' },
  verdict: { label: 'Criteria', description: 'Every criterion of the verdict against its bar' },
  slices: { label: 'Slices', description: 'Agreement and quality by slice value' },
} as const;

function ShadowEditor(props: EditorProps) {
  return (
    <>
      <ModelField {...props} />
      <FieldOfModel
        {...props}
        field="challenger"
        label="Challenger"
        placeholder="Every challenger"
        tooltip="Its version; empty: all that are compared with the model."
        namesOf={({ challengers }) => challengers.map(({ version }) => version)}
      />
      <PartField {...props} parts={PARTS} />
      {props.query.part === 'slices' ? (
        <FieldOfModel
          {...props}
          field="slice"
          label="Slice"
          placeholder="Every slice"
          tooltip="By what agreement and quality are broken down."
          namesOf={({ slices }) => slices}
        />
      ) : null}
    </>
  );
}

export const shadow: QueryKind = {
  label: 'Shadow',
  description: 'Challengers against the champion: agreement, differences, quality, verdict and its reason',
  run: (query, { api, requestId }) =>
    ofOneModel(query, (model) =>
      api
        .get<ChallengersAnswer>(modelPath(model, 'challengers'), {}, requestId)
        .pipe(map((answer) => framesOf(chosen(answer, query.challenger), query))),
    ),
  changesWith: 'drift',
  Editor: ShadowEditor,
};

function chosen(answer: ChallengersAnswer, version: string | undefined): ChallengersAnswer {
  const challengers = answer.challengers.filter((one) => version === undefined || one.version === version);
  if (challengers.length > 0) {
    return { ...answer, challengers };
  }
  throw new Error(
    version === undefined ? `${answer.model} has no challenger.` : `${answer.model} is not compared with a version ${version}.`,
  );
}

function framesOf(answer: ChallengersAnswer, { refId, part, slice }: ModelwatchQuery): DataFrame[] {
  switch (partOf(PARTS, part)) {
    case 'agreement':
      return answer.challengers.map((one) => agreementFrame(answer, one, refId));
    case 'differences':
      return answer.challengers.map((one) => differencesFrame(answer, one, refId));
    case 'quality':
      return [qualityFrame(answer, refId)];
    case 'verdict':
      return [verdictFrame(answer, refId)];
    case 'slices':
      return [shadowSlicesFrame(answer, slice, refId)];
  }
}
