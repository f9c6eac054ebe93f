import path from 'node:path';
import { answerOf, startRawUpstream, type RawUpstream } from './raw-upstream.js';
import { startTestSidecar, type TestSidecar } from './test-sidecar.js';

const BASELINE = path.join(import.meta.dirname, '..', 'baseline', 'testdata', 'valid', 'plain.json');
export const WATCHED_BYTES_MAX = 20_000;

/** A request through the proxy and what the upstream answers to it. */
export interface Exchange {
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer: string | Buffer;
  readonly answerHeaders?: readonly string[];
  readonly status?: string;
}

/** Families that tell what was watched, and of which only series that changed are compared. */
const FAMILIES =
  /^modelwatch_(?:feature_bin|feature_missing|feature_out_of_range|feature_unseen|output_bin|output_missing|slice_predictions|predictions|watch_skipped|watch_errors)_total/;

/**
 * A sidecar in front of an upstream that answers as the test says, watching the model `trips`: a distance with bins at 1.5 and 2.5, a city of Bonn,
 * Aachen or another known one, and a score with a bin at 0.5.
 */
export async function startWatchedProxy(upstreamYaml: string, route: string) {
  const upstream: RawUpstream = await startRawUpstream(() => undefined);
  const sidecar: TestSidecar = await startTestSidecar(`
store: { path: ':memory:' }
models:
  - name: trips
    champion:
      version: '1'
      upstream: { url: ${upstream.url}, watchedBytesMax: ${WATCHED_BYTES_MAX}, ${upstreamYaml} }
      baseline: ${BASELINE}
    slices: [{ name: city }, { name: tenant, header: x-tenant }]
`);
  const send = async ({ body, headers = {}, answer, answerHeaders = [], status = '200 OK' }: Exchange) => {
    upstream.answer((socket) => socket.write(answerOf(status, answerHeaders, answer)));
    return sidecar.post(route, body, headers);
  };
  const watched = async () => (await sidecar.series('modelwatch_watch_duration_seconds_count')) ?? 0;
  return {
    send,
    sidecar,
    /** Series that an exchange changes, by their short names, once it has been watched. */
    async changes(exchange: Exchange): Promise<Readonly<Record<string, number>>> {
      const before = await sidecar.seriesOf('modelwatch_');
      const watchedBefore = await watched();
      await send(exchange);
      while ((await watched()) === watchedBefore) await new Promise(setImmediate);
      const changed: Record<string, number> = {};
      for (const [name, value] of await sidecar.seriesOf('modelwatch_')) {
        const difference = value - (before.get(name) ?? 0);
        if (FAMILIES.test(name) && difference !== 0) changed[shortName(name)] = difference;
      }
      return changed;
    },
    /** Whether ground truth finds a prediction of this id. */
    async joins(id: string): Promise<boolean> {
      const joined = 'modelwatch_ground_truth_joined_total{model="trips",version="1",role="champion"}';
      const before = (await sidecar.series(joined)) ?? 0;
      const answer = await sidecar.post('/v1/ground-truth', JSON.stringify({ model: 'trips', id, value: 1 }));
      if (answer.status !== 200) throw new Error(`ground truth was answered with ${answer.status}`);
      return ((await sidecar.series(joined)) ?? 0) === before + 1;
    },
    async close() {
      await sidecar.close();
      await upstream.close();
    },
  };
}

/** `feature_bin_total city Bonn` for `modelwatch_feature_bin_total{model="trips",version="1",feature="city",bin="Bonn"}`. */
function shortName(series: string): string {
  const [name = '', labels = ''] = series.split('{');
  const values = [...labels.matchAll(/(\w+)="([^"]*)"/g)].flatMap(([, label, value]) =>
    ['model', 'version', 'role'].includes(label!) ? [] : [value!],
  );
  return [name.replace(/^modelwatch_|_total$/g, ''), ...values].join(' ');
}

export type WatchedProxy = Awaited<ReturnType<typeof startWatchedProxy>>;

/** One row: a distance of 2 in Bonn, scored 0.8. */
export const ONE_ROW = {
  predictions: 1,
  'feature_bin distance (1.5,2.5]': 1,
  'feature_bin city Bonn': 1,
  'output_bin (0.5,+Inf]': 1,
  'slice_predictions city Bonn': 1,
};
