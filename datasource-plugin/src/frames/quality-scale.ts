import { FieldColorModeId, FieldConfig } from '@grafana/data';

/** Colours from the least to the greatest value of the column, as numbers of other columns are no part of the scale; of errors the greatest is the worst. */
export const qualityScale = (isOfErrors: boolean): FieldConfig => ({
  color: { mode: isOfErrors ? FieldColorModeId.ContinuousGrYlRd : FieldColorModeId.ContinuousRdYlGr },
  fieldMinMax: true,
});
