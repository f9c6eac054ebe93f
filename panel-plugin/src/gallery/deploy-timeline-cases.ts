import { casesOf, DAY, GALLERY_TIME, HOUR, range, share, text, time } from './gallery-case';

interface Row {
  readonly hoursAgo: number;
  readonly endHoursAgo?: number;
  readonly kind: string;
  readonly model?: string;
  readonly version?: string;
  readonly status?: string;
  readonly text?: string;
}

const LINKS = { links: [{ title: 'Version', url: '/d/modelwatch-registry?var-version=${__data.fields.version}' }] };

const frame = (rows: readonly Row[]) => ({
  name: 'events',
  fields: [
    time(
      'time',
      rows.map(({ hoursAgo }) => GALLERY_TIME - hoursAgo * HOUR),
    ),
    time(
      'timeEnd',
      rows.map(({ endHoursAgo }) => (endHoursAgo === undefined ? null : GALLERY_TIME - endHoursAgo * HOUR)),
    ),
    text(
      'kind',
      rows.map(({ kind }) => kind),
    ),
    text(
      'model',
      rows.map(({ model }) => model ?? null),
    ),
    text(
      'version',
      rows.map(({ version }) => version ?? null),
      LINKS,
    ),
    text(
      'status',
      rows.map(({ status }) => status ?? null),
    ),
    text(
      'text',
      rows.map((row) => row.text ?? null),
    ),
    text(
      'id',
      rows.map((_, index) => `e${index}`),
    ),
  ],
});

const versions = {
  name: 'versions',
  fields: [
    text('model', ['fraud', 'delivery-time']),
    text('version', ['11', '41']),
    time('deployed', [GALLERY_TIME - 30 * DAY, GALLERY_TIME - 60 * DAY]),
  ],
};

const USUAL: readonly Row[] = [
  { hoursAgo: 150, endHoursAgo: 147, kind: 'training_job', model: 'fraud', version: '12', status: 'succeeded' },
  { hoursAgo: 140, kind: 'deploy', model: 'fraud', version: '12', text: 'weekly retraining' },
  { hoursAgo: 96, endHoursAgo: 90, kind: 'maintenance', text: 'feature store upgrade' },
  { hoursAgo: 70, endHoursAgo: 69, kind: 'retrain', model: 'fraud', version: '13', status: 'succeeded' },
  { hoursAgo: 60, kind: 'promotion', model: 'fraud', version: '13' },
  { hoursAgo: 55, endHoursAgo: 49, kind: 'incident', model: 'fraud', version: '13', text: 'precision below its objective' },
  { hoursAgo: 50, kind: 'rollback', model: 'fraud', version: '12', text: 'by hand' },
  { hoursAgo: 30, endHoursAgo: 29, kind: 'retrain', model: 'delivery-time', version: '42', status: 'failed' },
  { hoursAgo: 12, kind: 'deploy', model: 'delivery-time', version: '42' },
];

const kinds = ['deploy', 'promotion', 'rollback', 'retrain', 'incident'];

export const deployTimelineCases = casesOf({
  view: 'deploy-timeline',
  usual: [frame(USUAL), versions],
  insufficient: [frame([{ hoursAgo: 20, kind: 'annotation', text: 'nothing was deployed' }])],
  many: [
    frame(
      range(900).map((index) => ({
        hoursAgo: 168 * (1 - index / 900),
        endHoursAgo: index % 5 === 4 ? 168 * (1 - index / 900) - 1 : undefined,
        kind: kinds[index % 5] ?? 'deploy',
        model: `model-${Math.floor(share(index) * 20)}`,
        version: `${Math.floor(share(index, 2) * 4)}`,
      })),
    ),
  ],
  names: ['model', 'version', 'kind', 'text'],
});
