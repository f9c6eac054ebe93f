import { METRICS } from '@modelwatch/core';
import { together } from './testing/clients.js';
import { FULL, promise } from './testing/promise.js';
import { makePlace, peakBytes, sumOf } from './testing/sidecar-of.js';

const VALUES = FULL ? 1_000_000 : 20_000;
const PER_REQUEST = 1000;
const CLIENTS = 4;
const NAMES = FULL ? 100_000 : 1000;
const VALUES_MAX = 20;
const GROWTH_BYTES_MAX = 64 * 1_048_576;

promise(
  'P22',
  `${VALUES} slices and ${NAMES} names of models, methods and paths make no more series than a few, and every total is exact`,
  async (findings) => {
    const place = await makePlace(`
store: { path: ':memory:', predictionsMax: 1000 }
models: [{ name: m, champion: { version: '1' }, slices: [{ name: tenant, header: x-tenant, valuesMax: ${VALUES_MAX} }] }]
`);
    try {
      const { clients, series, processId } = await place.start();
      // A first request of each kind, so that what is made once is there.
      const flood = async (names: number, values: number, run: string) => {
        let next = 0;
        let refused = 0;
        await together(CLIENTS, async () => {
          while (next < values) {
            const from = next;
            next += PER_REQUEST;
            const events = Array.from({ length: PER_REQUEST }, (_, i) => ({
              model: 'm',
              id: `${run}-${from + i}`,
              output: 0.5,
              slices: { tenant: `tenant-${run}-${from + i}` },
            }));
            if ((await clients.send('/v1/predictions', JSON.stringify(events)))?.status !== 200) refused++;
          }
        });
        next = 0;
        await together(CLIENTS, async () => {
          while (next < names) {
            const n = next++;
            const answers = await Promise.all([
              clients.send(`/v2/models/${run}-${n}/infer`, '{}'),
              clients.send(`/v2/models/m/versions/${run}-${n}/infer`, '{}'),
              clients.send(`/${run}/${n}`),
              clients.send('/v1/predictions', `{"model":"${run}-${n}","id":"a","output":1}`),
              clients.send(`/v2/models/${run}-${n}/ready`),
            ]);
            if (!answers.every((answer) => answer?.status === 404)) refused++;
          }
        });
        return refused;
      };
      await flood(5, PER_REQUEST, 'first');
      const before = (await series()).size;
      const beforeBytes = await peakBytes(processId);
      findings.count('requests answered otherwise than expected', await flood(NAMES, VALUES, 'flood'), 0);
      const page = await series();
      // Values fold together once the cap is reached; a status or a reason may come to be seen for the first time.
      findings.bound('series more than before', page.size - before, { max: 40 });
      const slices = [...page.keys()].filter((name) => name.startsWith('modelwatch_slice_predictions_total{'));
      findings.bound('values of the slice', slices.length, { min: VALUES_MAX, max: VALUES_MAX + 1 });
      findings.count('predictions by slice, less those sent', sumOf(page, 'modelwatch_slice_predictions_total{') - VALUES - PER_REQUEST, 0);
      findings.count(
        'predictions counted, less those sent',
        sumOf(page, 'modelwatch_events_received_total{model="m",kind="prediction"}') - VALUES - PER_REQUEST,
        0,
      );
      const flooded = [...page.keys()].filter((name) => /first|flood/.test(name) && !name.includes('slice_value="tenant-first'));
      findings.count('series named by what was sent', flooded.length, 0);
      const known = new Set<string>(METRICS.map(({ name }) => name));
      const strange = [...page.keys()]
        .map((name) => /^[a-z_]+/.exec(name)![0])
        .filter((name) => name.startsWith('modelwatch_') && !known.has(name.replace(/_(?:bucket|sum|count)$/, '')) && !known.has(name));
      findings.count('families that are not in the table', strange.length, 0);
      if (FULL) findings.bound('growth in bytes', (await peakBytes(processId)) - beforeBytes, { max: GROWTH_BYTES_MAX });
    } finally {
      await place.remove();
    }
  },
);
