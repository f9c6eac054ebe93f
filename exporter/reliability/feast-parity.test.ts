import { answerOf, startRawUpstream } from '../contract/raw-upstream.js';
import { until } from '../contract/test-sidecar.js';
import { startFeast, startRecordedFeast, type FeatureServer } from './testing/feast-server.js';
import { FULL, promise } from './testing/promise.js';
import { makePlace, sumOf } from './testing/sidecar-of.js';

/** With what the sidecar is asked; 39.02 in 32 bits; LGA has no temperature there, ZZZ is not known. */
const ROWS = [
  { origin: 'EWR', temp: Math.fround(39.02), gusts: 12, sky: 'clear' },
  { origin: 'LGA', temp: 5, gusts: 8, sky: 'fog' },
  { origin: 'ZZZ', temp: 1, gusts: 1, sky: 'fog' },
];
const EXPECTED = {
  'temp matched': 1,
  'temp mismatched': 1,
  'temp missing_offline': 1,
  'gusts matched': 1,
  'gusts mismatched': 1,
  'gusts missing_offline': 1,
  'sky matched': 2,
  'sky mismatched': 0,
  'sky missing_offline': 1,
};

/** `compared`: what a sidecar finds of these rows. `failed`: what becomes of a reference that the server does not know. */
async function compareWith(server: FeatureServer): Promise<{ readonly values: ReadonlyMap<string, number>; readonly failed: number }> {
  const upstream = await startRawUpstream((socket) =>
    socket.write(answerOf('200 OK', [], JSON.stringify({ scores: ROWS.map(() => 0.5) }))),
  );
  const mapping =
    '{ path: PATH, rows: /rows, features: { origin: /origin, temp: /temp, gusts: /gusts, sky: /sky }, outputRows: /scores, output: "" }';
  const modelOf = (name: string, features: string) => `
  - name: ${name}
    champion: { version: '1', upstream: { url: '${upstream.url}', protocol: json, mapping: ${mapping.replace('PATH', `/${name}`)} } }
    parity: { url: '${server.url}', entities: { origin: origin }, features: ${features}, share: 1, deadline: 10s }`;
  const place = await makePlace(`
store: { path: ':memory:' }
models:${modelOf('known', "{ temp: 'weather:temp', gusts: 'weather:gusts', sky: 'weather:sky' }")}${modelOf('unknown', "{ temp: 'weather:nope' }")}
`);
  try {
    const { clients, series } = await place.start();
    await clients.send('/known', JSON.stringify({ rows: ROWS }));
    await clients.send('/unknown', JSON.stringify({ rows: ROWS }));
    const lookups = async (prefix: string) => sumOf(await series(), `modelwatch_parity_lookups_total{model="${prefix}`);
    await until(async () => (await lookups('')) === 2);
    const page = await series();
    const values = new Map(
      Object.keys(EXPECTED).map((key) => {
        const [feature, outcome] = key.split(' ') as [string, string];
        return [key, sumOf(page, `modelwatch_parity_values_total{model="known",version="1",feature="${feature}",outcome="${outcome}"`)];
      }),
    );
    return { values, failed: sumOf(page, 'modelwatch_parity_lookups_total{model="unknown",version="1",role="champion",outcome="failed"') };
  } finally {
    await place.remove();
    await upstream.close();
  }
}

promise(
  'parity',
  'features are compared with what a Feast feature server says, the same whether it is one or what one was recorded to say',
  async (findings) => {
    const feast = FULL ? await startFeast() : undefined;
    const servers = [await startRecordedFeast(), ...(feast === undefined ? [] : [feast])];
    try {
      for (const server of servers) {
        const name = server === feast ? 'Feast from PyPI' : 'Feast as recorded';
        const { values, failed } = await compareWith(server);
        for (const [key, count] of Object.entries(EXPECTED)) findings.count(`${name}: values of ${key}`, values.get(key)!, count);
        findings.count(`${name}: look-ups of an unknown feature that failed`, failed, 1);
      }
    } finally {
      for (const server of servers) await server.close();
    }
  },
);
