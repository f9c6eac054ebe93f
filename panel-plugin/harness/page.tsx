import { createTheme, PanelPlugin } from '@grafana/data';
import { GALLERY } from '../src/gallery/cases';
import { fillRegistries } from './grafana-registries';
import type { PageApi } from './page-api';
import { race } from './race';
import { showPanel } from './panel-host';
import { loadModule } from './plugin-loader';
import { annotations, framesOf, health, query, showConfigEditor, showQueryEditor } from './source-host';

fillRegistries();

const api: PageApi = {
  load: async (pluginId) => Object.keys(await loadModule(pluginId)),
  cases: () => GALLERY.map(({ view, name }) => ({ view, name })),
  async showCase({ view, name }, { theme: mode, width, height }) {
    const { plugin } = await loadModule<{ plugin: PanelPlugin }>('modelwatch-panel');
    const found = GALLERY.find((each) => each.view === view && each.name === name);
    if (!found) {
      throw new Error(`the gallery has no case ${view}/${name}`);
    }
    const { frames, ...rest } = found;
    const theme = createTheme({ colors: { mode } });
    return showPanel(plugin, { ...rest, frames: frames(theme) }, { theme, width, height });
  },
  race,
  health: async () => {
    const { status, message } = await health();
    return { status, message };
  },
  query,
  async showAnswer(asked, view, { theme: mode, width, height }) {
    const { plugin } = await loadModule<{ plugin: PanelPlugin }>('modelwatch-panel');
    const { frames } = await framesOf(asked);
    const place = { theme: createTheme({ colors: { mode } }), width, height };
    const drawn = await showPanel(plugin, { frames, options: { view } }, place);
    return { ...drawn, text: document.getElementById('panel')!.innerText };
  },
  showQueryEditor,
  showConfigEditor,
  annotations,
};

Object.assign(globalThis, { harness: api });
