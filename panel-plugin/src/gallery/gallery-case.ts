import { DataFrame, DataQueryError, FieldConfig, FieldType, GrafanaTheme2, LoadingState, PartialDataFrame } from '@grafana/data';
import { PanelOptions } from '../options';
import { prepared } from '../prepared-frames';

export type CaseName = 'usual' | 'empty' | 'loading' | 'insufficient' | 'error' | 'many' | 'hostile' | 'long';

/** What one panel is given: its frames as Grafana hands them over, its options and the state of its query. */
export interface GalleryCase {
  readonly name: CaseName;
  readonly view: string;
  readonly frames: (theme?: GrafanaTheme2) => DataFrame[];
  readonly options: PanelOptions;
  readonly state: LoadingState;
  readonly error?: DataQueryError;
}

/** What a view's cases are made of; the other cases follow from these frames. */
export interface CaseSource {
  readonly view: string;
  readonly options?: Omit<PanelOptions, 'view'>;
  readonly usual: readonly PartialDataFrame[];
  /** Counts below the option's least count. */
  readonly insufficient: readonly PartialDataFrame[];
  /** More than the view draws. */
  readonly many: readonly PartialDataFrame[];
  /** Fields of names that come from outside: replaced by hostile and by long ones. */
  readonly names: readonly string[];
}

/** Time of all pictures, so that they are the same every day. */
export const GALLERY_TIME = Date.UTC(2026, 2, 1, 12);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

type GivenField = NonNullable<PartialDataFrame['fields']>[number];

export const text = (name: string, values: ReadonlyArray<string | null>, config: FieldConfig = {}): GivenField => ({
  name,
  type: FieldType.string,
  config,
  values: [...values],
});
export const number = (name: string, values: ReadonlyArray<number | null>, config: FieldConfig = {}): GivenField => ({
  name,
  type: FieldType.number,
  config,
  values: [...values],
});
export const time = (name: string, values: ReadonlyArray<number | null>): GivenField => ({
  name,
  type: FieldType.time,
  config: {},
  values: [...values],
});

/** A wave between 0 and 1 that looks irregular and is the same on every machine. */
export const wave = (index: number, seed = 0) => (Math.sin(index * 12.9898 + seed * 78.233) * 43758.5453) % 1;
export const share = (index: number, seed = 0) => Math.abs(wave(index, seed));

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Names that break what trusts them: markup, prototypes, direction marks, templates, control characters, scripts as addresses. */
export const HOSTILE_NAMES = [
  '<img src=x onerror="alert(1)">',
  '__proto__',
  'constructor',
  '\u202Egnol\u202C',
  '${__data.fields.secret}',
  'line\nbreak\u0000null',
  'javascript:alert(1)',
  "'; DROP TABLE models; --",
  '👩‍🔬é\u0301',
  ' ',
] as const;

const LONG_NAME = 'a_name_that_somebody_made_by_joining_the_names_of_every_step_of_a_pipeline_';

/** The same frame with the distinct values of the named fields replaced, one by one. */
function renamed(frame: PartialDataFrame, names: readonly string[], nameAt: (index: number) => string): PartialDataFrame {
  return {
    ...frame,
    fields: (frame.fields ?? []).map((field) => {
      if (!names.includes(field.name ?? '')) {
        return field;
      }
      const replaced = new Map<unknown, string>();
      const values = [...(field.values ?? [])].map((value: unknown) => {
        if (value === null) {
          return null;
        }
        const name = replaced.get(value) ?? nameAt(replaced.size);
        replaced.set(value, name);
        return name;
      });
      return { ...field, values };
    }),
  };
}

const emptied = (frame: PartialDataFrame): PartialDataFrame => ({
  ...frame,
  fields: (frame.fields ?? []).map((field) => ({ ...field, values: [] })),
});

/** Hostile names come with hostile numbers, in every third row: no number, and numbers no axis can hold. */
function withWildNumbers(frame: PartialDataFrame): PartialDataFrame {
  const wild = [NaN, Infinity, -1, 1e308, -Infinity];
  return {
    ...frame,
    fields: (frame.fields ?? []).map((field) =>
      field.type === FieldType.number
        ? {
            ...field,
            values: [...(field.values ?? [])].map((value: unknown, row) => (row % 3 === 2 ? (wild[(row / 3) | 0] ?? value) : value)),
          }
        : field,
    ),
  };
}

const hostileName = (index: number) => `${HOSTILE_NAMES[index % HOSTILE_NAMES.length]}${index < HOSTILE_NAMES.length ? '' : index}`;

/** Every case of one view. */
export function casesOf({ view, options, usual, insufficient, many, names }: CaseSource): readonly GalleryCase[] {
  const one = (name: CaseName, frames: readonly PartialDataFrame[], state: LoadingState = LoadingState.Done, error?: DataQueryError) => ({
    name,
    view,
    frames: (theme?: GrafanaTheme2) => prepared(frames, {}, theme),
    options: { ...options, view },
    state,
    ...(error ? { error } : {}),
  });
  return [
    one('usual', usual),
    one('empty', usual.map(emptied)),
    one('loading', [], LoadingState.Loading),
    one('insufficient', insufficient),
    one('error', [], LoadingState.Error, { message: 'Authentication to data source failed', status: 400 }),
    one('many', many),
    one(
      'hostile',
      usual.map((frame) => withWildNumbers(renamed(frame, names, hostileName))),
    ),
    one(
      'long',
      usual.map((frame) => renamed(frame, names, (index) => `${index}_${LONG_NAME.repeat(3)}`)),
    ),
  ];
}
