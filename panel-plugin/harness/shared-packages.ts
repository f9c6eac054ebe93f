import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as data from '@grafana/data';
import * as runtime from '@grafana/runtime';
import * as ui from '@grafana/ui';
import * as i18next from 'i18next';
import * as lodash from 'lodash';
import * as moment from 'moment';
import * as react from 'react';
import * as reactDom from 'react-dom';
import * as reactDomClient from 'react-dom/client';
import * as jsxDevRuntime from 'react/jsx-dev-runtime';
import * as jsxRuntime from 'react/jsx-runtime';
import * as rxjs from 'rxjs';

/** What a plugin may import without bundling it, as `.config/bundler/externals.ts` lists it; of that list, what our plugins use. */
export const SHARED: Readonly<Record<string, object>> = {
  '@emotion/css': emotionCss,
  '@emotion/react': emotionReact,
  '@grafana/data': data,
  '@grafana/runtime': runtime,
  '@grafana/ui': ui,
  i18next,
  lodash,
  moment,
  react,
  'react-dom': reactDom,
  'react/jsx-dev-runtime': jsxDevRuntime,
  'react/jsx-runtime': jsxRuntime,
  rxjs,
};

// The page of the harness is bundled apart from these, so that a change of it leaves them in the cache.
Object.assign(globalThis, {
  require: (name: string) => (name === 'react-dom/client' ? reactDomClient : SHARED[name]),
  sharedPackages: SHARED,
});
