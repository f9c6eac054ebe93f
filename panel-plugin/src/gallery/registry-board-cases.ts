import { FieldConfig, MappingType } from '@grafana/data';
import { casesOf, DAY, GALLERY_TIME, range, text, time } from './gallery-case';

const HEALTH: FieldConfig = {
  mappings: [
    {
      type: MappingType.ValueToText,
      options: {
        ok: { text: 'Ok', color: 'green', index: 0 },
        drifting: { text: 'Drifting', color: 'orange', index: 1 },
        failing: { text: 'Failing', color: 'red', index: 2 },
        insufficient_data: { text: 'Insufficient data', color: 'text', index: 3 },
      },
    },
  ],
};
const LINKS: FieldConfig = { links: [{ title: 'Debug', url: '/d/modelwatch-debug?var-model=${__data.fields.model}' }] };

interface Row {
  readonly model: string;
  readonly version: string;
  readonly stage: string;
  readonly health: string | null;
  readonly verdict: string | null;
  readonly daysAgo: number | null;
}

const frame = (rows: readonly Row[]) => ({
  name: 'models',
  fields: [
    text(
      'model',
      rows.map(({ model }) => model),
      LINKS,
    ),
    text(
      'version',
      rows.map(({ version }) => version),
    ),
    text(
      'stage',
      rows.map(({ stage }) => stage),
    ),
    text(
      'health',
      rows.map(({ health }) => health),
      HEALTH,
    ),
    text(
      'verdict',
      rows.map(({ verdict }) => verdict),
    ),
    time(
      'deployed',
      rows.map(({ daysAgo }) => (daysAgo === null ? null : GALLERY_TIME - daysAgo * DAY)),
    ),
  ],
});

const USUAL: readonly Row[] = [
  { model: 'fraud', version: '2026-02-10', stage: 'champion', health: 'ok', verdict: null, daysAgo: 12 },
  { model: 'fraud', version: '2026-02-24', stage: 'challenger', health: 'ok', verdict: 'better', daysAgo: 3 },
  { model: 'fraud', version: '2026-01-05', stage: 'archived', health: null, verdict: null, daysAgo: 55 },
  { model: 'delivery-time', version: '41', stage: 'champion', health: 'drifting', verdict: null, daysAgo: 30 },
  { model: 'delivery-time', version: '42', stage: 'canary', health: 'failing', verdict: 'worse', daysAgo: 1 },
  { model: 'churn', version: '7', stage: 'champion', health: 'insufficient_data', verdict: null, daysAgo: null },
];

const stages = ['champion', 'challenger', 'archived'];
const healths = ['ok', 'ok', 'ok', 'drifting', 'failing'];

export const registryBoardCases = casesOf({
  view: 'registry-board',
  usual: [frame(USUAL)],
  insufficient: [frame(USUAL.map((row) => ({ ...row, health: 'insufficient_data', verdict: 'insufficient_data' })))],
  many: [
    frame(
      range(600).map((index) => ({
        model: `model-${Math.floor(index / 3)}`,
        version: `${index % 3}`,
        stage: stages[index % 3] ?? 'champion',
        health: healths[index % 5] ?? 'ok',
        verdict: index % 3 === 1 ? 'better' : null,
        daysAgo: index % 90,
      })),
    ),
  ],
  names: ['model', 'version', 'stage'],
});
