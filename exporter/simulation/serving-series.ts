import type { Conditions } from './conditions.js';
import { normalShare, type Draws } from './draws.js';
import type { Labels, SeriesBook, Track } from './series-book.js';
import { STEP_SECONDS, type SimulatedModel } from './simulated-model.js';

const LATENCY_DEVIATION = 0.5;
/** At the top of the day requests wait for each other. */
const LOAD_FACTOR = 0.4;
const FAILED_SHARE = 0.0001;
const SHED_SHARE = 0.00002;
const CPU_SECONDS_EACH = 0.008;
const CPU_SECOND_PRICE = 0.000012;
const REPLICA_HOUR_PRICE = 0.04;
/** Bad requests of clients, which count as answered. */
const CLIENT_FAULT_SHARE = 0.002;

/** Requests, their latency and their cost, of one version on one replica. */
export class ServingSeries {
  readonly #received: Track;
  readonly #answered: Readonly<Record<'2xx' | '4xx', Track>>;
  readonly #failed: Track;
  readonly #shed: Track;
  readonly #predictions: Track;
  readonly #latency: ReturnType<SeriesBook['histogram']>;
  readonly #cost: Readonly<Record<'cpu' | 'replica', Track>>;
  readonly #model: SimulatedModel;

  constructor(book: SeriesBook, model: SimulatedModel, of: Labels) {
    this.#model = model;
    this.#received = book.counter('modelwatch_requests_received_total', of);
    const answered = (code: string) => book.counter('modelwatch_requests_answered_total', { ...of, code });
    this.#answered = { '2xx': answered('2xx'), '4xx': answered('4xx') };
    this.#failed = book.counter('modelwatch_requests_failed_total', { ...of, reason: 'upstream' });
    this.#shed = book.counter('modelwatch_requests_shed_total', { ...of, reason: 'overloaded' });
    this.#predictions = book.counter('modelwatch_predictions_total', of);
    this.#latency = book.histogram('modelwatch_request_duration_seconds', of);
    const cost = (source: string) => book.counter('modelwatch_cost_total', { ...of, source, currency: 'USD' });
    this.#cost = { cpu: cost('cpu'), replica: cost('replica') };
  }

  /** Counts the requests of a step; tells how many became predictions. */
  serve(received: number, load: number, conditions: Conditions, draws: Draws): number {
    const shed = draws.binomial(received, SHED_SHARE);
    const failed = draws.binomial(received - shed, Math.min(1, FAILED_SHARE + conditions.failedShare));
    const refused = draws.binomial(received - shed - failed, CLIENT_FAULT_SHARE);
    const predictions = received - shed - failed - refused;
    this.#received.add(received);
    this.#shed.add(shed);
    this.#failed.add(failed);
    this.#answered['4xx'].add(refused);
    this.#answered['2xx'].add(predictions);
    this.#predictions.add(predictions);
    const median = this.#model.latencyMedianSeconds * (1 + LOAD_FACTOR * load) * conditions.latencyFactor;
    const { bounds, buckets } = this.#latency;
    const below = bounds.map((bound) => normalShare(Math.log(bound / median) / LATENCY_DEVIATION));
    const counts = draws.multinomial(
      predictions,
      [...below, 1].map((share, i) => share - (i === 0 ? 0 : below[i - 1]!)),
    );
    let within = 0;
    buckets.forEach((bucket, i) => bucket.add((within += counts[i]!)));
    this.#cost.cpu.add(predictions * CPU_SECONDS_EACH * CPU_SECOND_PRICE * conditions.costFactor * (1 + 0.05 * draws.normal()));
    this.#cost.replica.add((REPLICA_HOUR_PRICE * STEP_SECONDS) / 3600);
    return predictions;
  }
}
