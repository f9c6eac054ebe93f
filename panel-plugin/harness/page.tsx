import { createTheme, PanelPlugin } from '@grafana/data';
import { GALLERY } from '../src/gallery/cases';
import { fillRegistries } from './grafana-registries';
import type { PageApi } from './page-api';
import { showPanel } from './panel-host';
import { loadModule } from './plugin-loader';

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
};

Object.assign(globalThis, { harness: api });
