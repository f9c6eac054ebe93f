import {
  applyFieldOverrides,
  createDataFrame,
  createTheme,
  DataFrame,
  FieldConfigSource,
  GrafanaTheme2,
  PartialDataFrame,
} from '@grafana/data';

/** Frames as a panel receives them in Grafana: with display processors and data links. For tests and the gallery. */
export function prepared(
  frames: readonly PartialDataFrame[],
  defaults: FieldConfigSource['defaults'] = {},
  theme: GrafanaTheme2 = createTheme(),
): DataFrame[] {
  return applyFieldOverrides({
    data: frames.map((frame) => createDataFrame(frame)),
    fieldConfig: { defaults, overrides: [] },
    replaceVariables: (text) => text,
    theme,
    timeZone: 'utc',
  });
}
