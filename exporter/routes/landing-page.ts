import escapeHtml from 'escape-html';
import type { Registrar, RegistryView } from '../registry/index.js';
import type { Challenger } from '../sidecar/challenger.js';
import { isReady, type ModelRuntime } from '../sidecar/model-runtime.js';
import type { Store, StoreReadings } from '../store/index.js';
import type { Route } from './app.js';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1f2933}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .8rem .35rem 0;border-bottom:1px solid #d9e2ec}
code{background:#f0f4f8;padding:.1rem .3rem}.ready{color:#0b6e4f}.not{color:#a4161a}
@media(prefers-color-scheme:dark){body{background:#12181f;color:#d9e2ec}th,td{border-color:#334e68}code{background:#1f2933}.ready{color:#57cc99}.not{color:#ff8fa3}a{color:#7cc4fa}}`;

export interface LandingDeps {
  readonly models: () => ReadonlyMap<string, ModelRuntime>;
  readonly store: () => Store;
  readonly registrar: () => Registrar;
  readonly version: string;
  readonly isAccepting: () => boolean;
}

/** GET /: what is watched and where to look. */
export function landingRoute(deps: LandingDeps): Route {
  return {
    method: 'GET',
    path: '/',
    // What it shows, /metrics shows too.
    scope: 'metrics',
    rateClass: 'read',
    bodyBytesMax: 0,
    handle(_request, response) {
      response.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'");
      response.type('html').send(page(deps));
    },
  };
}

function page({ models, store, registrar, version, isAccepting }: LandingDeps): string {
  const { series } = store().readings();
  const rows = [...models().values()]
    .flatMap((model) => [championRow(model, series), ...model.challengers.map((challenger) => challengerRow(model, challenger))])
    .join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Modelwatch</title><style>${STYLE}</style></head>
<body><h1>Modelwatch</h1>
<p>Version ${escapeHtml(version)}${isAccepting() ? '' : ', draining: no new requests are taken'}. Watches machine-learning models beside Prometheus.</p>
<ul><li><a href="/metrics">Metrics</a></li><li><a href="/v2/health/ready">Readiness</a></li><li><a href="/v2">Server metadata</a></li></ul>
<h2>Models</h2>
<table><thead><tr><th>Model</th><th>Version</th><th>Role</th><th>State</th><th>Source</th><th>Predictions</th><th>Baseline</th><th>Inference</th></tr></thead>
<tbody>
${rows}
</tbody></table>
${registryTable(registrar().view.versions)}<p>Predictions scored elsewhere are posted to <code>/v1/predictions</code>, what came true to <code>/v1/ground-truth</code>.</p>
</body></html>
`;
}

function championRow(model: ModelRuntime, series: StoreReadings['series']): string {
  const { name, version, role, source, baseline, watched } = model;
  const ingested =
    series.find((tally) => tally.model === name && tally.version === version && tally.role === role)?.events.predictions ?? 0;
  const metadata = `/v2/models/${name}/versions/${version}`;
  const cells = [
    source.kind === 'events' ? escapeHtml(name) : `<a href="${escapeHtml(metadata)}">${escapeHtml(name)}</a>`,
    escapeHtml(version),
    role,
    stateOf(isReady(model), 'not ready'),
    source.kind === 'events' ? 'scored elsewhere' : source.kind === 'upstream' ? 'server behind' : 'ONNX',
    String(watched.watch.predictions + ingested),
    baseline === undefined
      ? 'none: features are not compared'
      : escapeHtml(`${baseline.provenance.rows} rows of ${baseline.provenance.createdAt.slice(0, 10)}`),
    inferCell(model),
  ];
  return rowOf(cells);
}

/** Nobody posts to a challenger: it scores copies of what its champion has answered. */
function challengerRow({ name }: ModelRuntime, { version, ready, failed, config, shadow }: Challenger): string {
  return rowOf([
    `<a href="${escapeHtml(`/v1/models/${name}/challengers`)}">${escapeHtml(name)}</a>`,
    escapeHtml(version),
    'challenger',
    stateOf(ready, failed ? 'cannot be loaded' : 'not ready'),
    config.upstream === undefined ? 'ONNX' : 'server behind',
    String(shadow.agreement.count),
    config.baseline === undefined ? 'none' : 'its own',
    "copies of the champion's requests",
  ]);
}

const rowOf = (cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;

const stateOf = (ready: boolean, otherwise: string): string =>
  `<span class="${ready ? 'ready' : 'not'}">${ready ? 'ready' : otherwise}</span>`;

/** Versions that a page shows; the API tells of all. */
const VERSIONS_SHOWN = 50;

function registryTable(versions: RegistryView['versions']): string {
  if (versions.length === 0) return '';
  const latest = versions.toSorted((a, b) => b.stagedSeconds - a.stagedSeconds).slice(0, VERSIONS_SHOWN);
  const rows = latest.map(({ model, version, stage, stagedSeconds, owner = '', digest }) => {
    const cells = [model, version, stage, new Date(stagedSeconds * 1000).toISOString().slice(0, 19).replace('T', ' '), owner];
    return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}<td><code>${escapeHtml(digest.slice(0, 12))}</code></td></tr>`;
  });
  return `<h2>Registry</h2>
<table><thead><tr><th>Model</th><th>Version</th><th>Stage</th><th>Since (UTC)</th><th>Owner</th><th>Digest</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table>
<p><a href="/v1/registry/versions">All versions</a>, <a href="/v1/registry/promotions">promotions</a>.</p>
`;
}

function inferCell({ name, source }: ModelRuntime): string {
  if (source.kind === 'events') return '';
  const path = source.kind === 'upstream' ? source.config.mapping?.path : undefined;
  return `<code>POST ${escapeHtml(path ?? `/v2/models/${name}/infer`)}</code>`;
}
