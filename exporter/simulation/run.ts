import { evaluate } from './promtool.js';
import type { Lane } from './lanes.js';
import { replay, type Disturbance } from './replay.js';
import { seriesRead, simulatedRules } from './simulated-rules.js';
import type { SimulatedModel } from './simulated-model.js';
import { toldAlerts, type ToldAlert } from './told-alerts.js';

const FIRING = 'ALERTS{alertstate="firing"}';

/** A model and what goes wrong with it, if anything does. */
export interface Watched {
  readonly model: SimulatedModel;
  readonly disturbance?: Disturbance | undefined;
}

/** What Alertmanager would tell of models over their days, evaluated together: few, as promtool loads at most 10,000 samples for a query. */
export async function run(watched: readonly Watched[], lanes: readonly Lane[]): Promise<readonly ToldAlert[]> {
  const replays = watched.map(({ model, disturbance }) => replay(model, disturbance));
  const steps = Math.max(...replays.map((each) => each.steps));
  const tracks = replays.flatMap((each) => each.tracks);
  const exported = new Set(tracks.map(({ name }) => name));
  const found = [];
  for (const lane of lanes) {
    const rules = simulatedRules(
      watched.map(({ model }) => model),
      lane,
      exported,
    );
    const read = seriesRead(rules);
    const samples = await evaluate({ steps, tracks: tracks.filter(({ name }) => read.has(name)) }, rules, lane.evaluationSeconds, FIRING);
    found.push({ evaluationSeconds: lane.evaluationSeconds, samples });
  }
  return toldAlerts(found);
}
