import { healthyConditions, type Conditions } from './conditions.js';
import { createDraws, type Draws } from './draws.js';
import { FeatureSeries } from './feature-series.js';
import { drawBaseline, featureWorlds, type FeatureWorld } from './feature-world.js';
import { QualitySeries, type AwaitedTruth } from './quality-series.js';
import { scoreWorld, type ScoreWorld } from './score-world.js';
import { drawDays, requestRate, type Days } from './seasons.js';
import { SeriesBook, type Track } from './series-book.js';
import { ServingSeries } from './serving-series.js';
import { DAY_STEPS, HOUR_STEPS, STEP_SECONDS, type SimulatedModel } from './simulated-model.js';
import { SidecarSeries, UpkeepSeries } from './upkeep-series.js';

/** How long a prediction waits for its ground truth. */
const HORIZON_STEPS = 7 * DAY_STEPS;
/** A replica that dies is back before the next sample, its counters anew; this share of the requests of that step fails meanwhile. */
const FAILED_AT_RESTART = 0.004;
/** An odd hour now and then: a few requests in a thousand fail for a step, or all take a little longer. */
const BLIPS_PER_DAY = 0.4;
const BLIP_FAILED = 0.003;
const BLIP_LATENCY = 1.6;

/** What goes wrong in a run: from a step on, the conditions of each step. */
export interface Disturbance {
  readonly beginsHour: number;
  change(conditions: Conditions, hoursSince: number): void;
}

export interface Replay {
  readonly steps: number;
  /** Every series of every replica, each with a sample a step. */
  readonly tracks: readonly Track[];
}

/** The series that the sidecars of a model export over its days, as the world and what goes wrong in it make them. */
export function replay(model: SimulatedModel, disturbance?: Disturbance): Replay {
  const steps = model.days * DAY_STEPS + 1;
  const draws = createDraws(model.seed);
  const worlds = { features: featureWorlds(model), scores: scoreWorld(model), days: drawDays(model, draws) };
  // One baseline a version, the same on each of its replicas.
  const baselines = versionsOf(model).map(() => worlds.features.map((world) => drawBaseline(world, draws)));
  const replicas = Array.from({ length: model.replicas }, (_, i) => new Replica(model, i, steps, worlds, baselines, draws));
  for (let step = 0; step < steps; step++) {
    const hour = (step * STEP_SECONDS) / 3600;
    const conditions = conditionsAt(model, step, hour, draws, disturbance);
    const rate = (requestRate(model, hour) * worlds.days.volume[Math.floor(hour / 24)]!) / model.replicas;
    // From -1 at night to 1 at the top of the day.
    const load = Math.max(0, requestRate(model, hour) / model.requestsPerSecond - 1);
    for (const replica of replicas) replica.step(step, hour, draws.poisson(rate * STEP_SECONDS), load, conditions);
  }
  return { steps, tracks: replicas.flatMap(({ book }) => book.tracks) };
}

export const versionsOf = ({ deploys }: SimulatedModel): readonly string[] =>
  Array.from({ length: deploys.length + 1 }, (_, i) => String(i + 1));

const isRestart = ({ restarts }: SimulatedModel, step: number): boolean => restarts.some((hour) => Math.round(hour * HOUR_STEPS) === step);

function conditionsAt(model: SimulatedModel, step: number, hour: number, draws: Draws, disturbance: Disturbance | undefined): Conditions {
  const conditions = healthyConditions();
  if (isRestart(model, step)) conditions.failedShare += FAILED_AT_RESTART;
  if (draws.uniform() < BLIPS_PER_DAY / DAY_STEPS) conditions.failedShare += BLIP_FAILED;
  if (draws.uniform() < BLIPS_PER_DAY / DAY_STEPS) conditions.latencyFactor *= BLIP_LATENCY;
  // A step counts what came since the one before.
  if (disturbance !== undefined && hour > disturbance.beginsHour) disturbance.change(conditions, hour - disturbance.beginsHour);
  return conditions;
}

interface Worlds {
  readonly features: readonly FeatureWorld[];
  readonly scores: ScoreWorld;
  readonly days: Days;
}

/** One version of a model on one replica. */
class VersionOnReplica {
  readonly serving: ServingSeries;
  readonly features: FeatureSeries;
  readonly quality: QualitySeries;
  readonly upkeep: UpkeepSeries;
  readonly #tracks: readonly Track[];

  constructor(
    book: SeriesBook,
    model: SimulatedModel,
    version: string,
    worlds: Worlds,
    baselines: readonly ReturnType<typeof drawBaseline>[],
    draws: Draws,
  ) {
    const before = book.tracks.length;
    const ofVersion = { model: model.name, version };
    const of = { ...ofVersion, role: 'champion' };
    book.gauge('modelwatch_model_info', { ...of, source: 'onnx', team: 'shop' }, 1);
    // Made a minute after the epoch: a baseline of the epoch itself would be one without a date.
    book.gauge('modelwatch_baseline_created_timestamp_seconds', of, 60);
    this.serving = new ServingSeries(book, model, of);
    this.features = new FeatureSeries(book, worlds.features, ofVersion, baselines);
    this.quality = new QualitySeries(book, worlds.scores, model.slices, of, draws);
    this.upkeep = new UpkeepSeries(book, model, of, ofVersion);
    this.#tracks = book.tracks.slice(before);
    for (const track of this.#tracks) track.present = false;
  }

  /** What the store keeps of a version is exported on after it has left. */
  show(present: boolean): void {
    for (const track of this.#tracks) if (present || track.ends) track.present = present;
  }
}

class Replica {
  readonly book: SeriesBook;
  readonly #sidecar: SidecarSeries;
  readonly #versions: readonly VersionOnReplica[];
  readonly #deployed: Track;
  readonly #waiting: { readonly step: number; readonly version: VersionOnReplica; readonly truth: AwaitedTruth }[] = [];
  #version = 0;
  #pending = 0;

  constructor(
    readonly model: SimulatedModel,
    readonly index: number,
    steps: number,
    readonly worlds: Worlds,
    baselines: readonly (readonly ReturnType<typeof drawBaseline>[])[],
    readonly draws: Draws,
  ) {
    this.book = new SeriesBook(steps, { job: 'modelwatch', instance: `${model.name}-${index}:8080` });
    this.#sidecar = new SidecarSeries(this.book, model);
    this.#deployed = this.book.gauge('modelwatch_log_event_timestamp_seconds', { model: model.name, kind: 'deploy' });
    this.#deployed.present = false;
    this.#versions = versionsOf(model).map((version, i) => new VersionOnReplica(this.book, model, version, worlds, baselines[i]!, draws));
    this.#versions[0]!.show(true);
  }

  step(step: number, hour: number, received: number, load: number, conditions: Conditions): void {
    if (this.index === 0 && isRestart(this.model, step)) this.book.restart();
    this.#deploy(step);
    const { serving, features, quality, upkeep } = this.#versions[this.#version]!;
    const predictions = serving.serve(received, load, conditions, this.draws);
    const shifts = features.count(predictions, hour, this.worlds.days, conditions, this.draws);
    const truth = quality.predict(predictions, shifts, conditions, this.draws);
    upkeep.explain(predictions, conditions, this.draws);
    this.#sidecar.step(predictions, this.draws);
    this.#waiting.push({ step, version: this.#versions[this.#version]!, truth });
    this.#pending += predictions;
    this.#join(step, conditions);
    this.#sidecar.pending.value = this.#pending;
    this.book.sample(step);
  }

  #deploy(step: number): void {
    const { deploys } = this.model;
    const next = deploys[this.#version];
    // One replica after the other.
    if (next === undefined || step < next.hour * HOUR_STEPS + this.index) return;
    this.#versions[this.#version]!.show(false);
    this.#version++;
    this.book.restart();
    this.#versions[this.#version]!.show(true);
    if (this.index === 0) {
      this.#deployed.present = true;
      this.#deployed.value = step * STEP_SECONDS;
    }
  }

  #join(step: number, { truthArrives }: Conditions): void {
    const delaySteps = Math.round(this.model.truthDelayHours * HOUR_STEPS);
    let ended = 0;
    for (const { step: since, version, truth } of this.#waiting) {
      const waited = step - since;
      if (waited < delaySteps) break;
      if (truthArrives) {
        version.quality.join(truth, waited * STEP_SECONDS);
        this.#sidecar.newestTruth.present = true;
        this.#sidecar.newestTruth.value = step * STEP_SECONDS;
      } else if (waited >= HORIZON_STEPS) version.quality.expire(truth);
      else break;
      this.#pending -= truth.predictions;
      ended++;
    }
    this.#waiting.splice(0, ended);
  }
}
