import path from 'node:path';
import { MODELS } from '../contract/test-sidecar.js';
import { tensorRequest, together, type Answer } from './testing/clients.js';
import { FULL, promise } from './testing/promise.js';
import { makePlace, sumOf } from './testing/sidecar-of.js';

/** Deadly requests, each other than those before. */
const DEADLY = FULL ? 60 : 4;
const CLIENTS = 4;
/** Answers between two of them. */
const ANSWERS_BETWEEN = FULL ? 1000 : 100;
const INFER = '/v2/models/m/infer';
const QUOTIENT = tensorRequest('INT32', { a: [6], b: [3] });
/**
 * -2147483648 / -1 ends the process by SIGFPE, unless a vector of the processor divides it together with others: so it has no company. The
 * divisor beside it tells the requests apart.
 */
const deadly = (n: number) => tensorRequest('INT32', { a: [-2_147_483_648, 1], b: [-1, n] });

promise('P2', 'a request that kills the child costs itself and nobody else, and is not run a third time', async (findings) => {
  const place = await makePlace(`
store: { path: ':memory:' }
models: [{ name: m, champion: { version: '1', onnx: { path: ${path.join(MODELS, 'divide.onnx')}, batchRowsMax: 1 } } }]
`);
  try {
    const { clients, series } = await place.start();
    const killers: (Answer | undefined)[] = [];
    let others = 0;
    let answers = 0;
    const recoverySeconds: number[] = [];
    let diedAtSeconds: number | undefined;
    await together(CLIENTS, async (client) => {
      while (killers.length < DEADLY || answers < (DEADLY + 1) * ANSWERS_BETWEEN) {
        if (client === 0 && killers.length < DEADLY && answers >= (killers.length + 1) * ANSWERS_BETWEEN) {
          killers.push(await clients.send(INFER, deadly(killers.length + 2)));
          diedAtSeconds = performance.now() / 1000;
        }
        const answer = await clients.send(INFER, QUOTIENT);
        if (answer?.status !== 200) others++;
        answers++;
        if (diedAtSeconds === undefined) continue;
        recoverySeconds.push(performance.now() / 1000 - diedAtSeconds);
        diedAtSeconds = undefined;
      }
    });
    findings.bound('requests of others', answers, { min: DEADLY * ANSWERS_BETWEEN });
    findings.count('of them not answered with 200', others, 0);
    const typed = killers.filter(
      (answer) =>
        (answer?.status === 503 && answer.headers['retry-after'] !== undefined && answer.body.includes('"code":"scorer_crashed"')) ||
        (answer?.status === 422 && answer.body.includes('"code":"quarantined"')),
    );
    findings.count('deadly requests answered with 503 scorer_crashed or 422 quarantined', typed.length, DEADLY);
    findings.time('from that answer to the next', recoverySeconds, 'p99', 0.3);

    const restarts = async () => sumOf(await series(), 'modelwatch_scorer_restarts_total{model="m"');
    findings.bound('restarts', await restarts(), { min: DEADLY, max: 2 * DEADLY });
    for (let n = 2; n < DEADLY + 2; n++) await clients.send(INFER, deadly(n));
    const afterTwo = await restarts();
    findings.bound('restarts once each was sent again', afterTwo, { min: 2 * DEADLY, max: 2 * DEADLY });
    const third: number[] = [];
    for (let n = 2; n < DEADLY + 2; n++) third.push((await clients.send(INFER, deadly(n)))?.status ?? 0);
    findings.count('answered with 422 the third time', third.filter((status) => status === 422).length, DEADLY);
    findings.count('restarts for that', (await restarts()) - afterTwo, 0);
    const { received, accounted } = await accounts(series);
    findings.count('received, less answered, failed and shed', received - accounted, 0);
  } finally {
    await place.remove();
  }
});

async function accounts(series: () => Promise<ReadonlyMap<string, number>>) {
  const page = await series();
  const of = (name: string) => sumOf(page, `modelwatch_requests_${name}_total{model="m"`);
  return { received: of('received'), accounted: of('answered') + of('failed') + of('shed') };
}
