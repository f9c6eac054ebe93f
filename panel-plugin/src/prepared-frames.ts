import { applyFieldOverrides, createDataFrame, createTheme, DataFrame, FieldConfigSource, PartialDataFrame } from '@grafana/data';

/** Frames as a panel receives them in Grafana: with display processors and data links. For tests and the gallery. */
export function prepared(frames: readonly PartialDataFrame[], defaults: FieldConfigSource['defaults'] = {}): DataFrame[] {
  return applyFieldOverrides({
    data: frames.map((frame) => createDataFrame(frame)),
    fieldConfig: { defaults, overrides: [] },
    replaceVariables: (text) => text,
    theme: createTheme(),
    timeZone: 'utc',
  });
}
