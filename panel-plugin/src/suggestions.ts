import { VisualizationSuggestionsSupplier } from '@grafana/data';
import { bind } from './bound-frame';
import { PanelOptions } from './options';
import { VIEWS } from './views';

/** Suggests every view whose fields the data holds. Grafana 12.3 never asks a panel that is not its own. */
export const suggest: VisualizationSuggestionsSupplier<PanelOptions> = (summary) => {
  const frames = summary.rawFrames ?? [];
  return VIEWS.filter(({ needs }) => bind(frames, needs).kind === 'bound').map((view) => ({
    name: view.label,
    description: view.description,
    options: { view: view.name },
    cardOptions: { maxRows: 100 },
  }));
};
