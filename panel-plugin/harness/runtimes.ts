import { build, type Plugin } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

const HERE = import.meta.dirname;
const ROOT = path.join(HERE, '..', '..');
const CACHE = path.join(ROOT, 'node_modules', '.cache', 'harness');

/** The packages that a Grafana shares with its plugins. */
export interface Runtime {
  readonly name: string;
  /** Where its lock file and its `node_modules` lie. */
  readonly folder: string;
}

/** React warns in development and is quick in production; the benchmark alone asks for the latter. */
export type Mode = 'development' | 'production';

/** Grafana 12.3 and 12.4 run React 18, 13 runs React 19; these are the releases of the packages that ask for the one and the other. */
export const RUNTIMES: readonly Runtime[] = [
  { name: 'react-18', folder: ROOT },
  { name: 'react-19', folder: path.join(HERE, 'react-19') },
];

const OWN = /^(?:react|react-dom)(?:\/|$)|^@grafana\/(?:data|ui|runtime)$/;

/** What `shared-packages.ts` imports is the runtime's own; emotion, rxjs and the like are those copies that its @grafana/ui holds. */
function from({ folder }: Runtime): Plugin {
  const modules = path.join(folder, 'node_modules');
  return {
    name: 'runtime',
    setup(builder) {
      builder.onResolve({ filter: /^[@a-z]/ }, ({ path: name, importer, kind, pluginData }) => {
        if (pluginData === 'resolved' || path.dirname(importer) !== HERE) {
          return undefined;
        }
        const resolveDir = OWN.test(name) ? folder : path.join(modules, '@grafana', 'ui');
        return builder.resolve(name, { resolveDir, kind, pluginData: 'resolved' });
      });
    },
  };
}

/** Bundles the shared packages once a lock file; returns the folder that holds `shared-packages.js` and its chunks. */
export async function bundleRuntime(runtime: Runtime, mode: Mode = 'development'): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [path.join(runtime.folder, 'package-lock.json'), import.meta.filename, path.join(HERE, 'shared-packages.ts')]) {
    hash.update(readFileSync(file));
  }
  const folder = path.join(CACHE, `${runtime.name}-${mode}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) {
    return folder;
  }
  if (!existsSync(path.join(runtime.folder, 'node_modules', '@grafana', 'ui'))) {
    throw new Error(`the packages of ${runtime.name} are not installed: node .ci/ready.mjs --test brings them`);
  }
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const { metafile } = await build({
    entryPoints: [path.join(HERE, 'shared-packages.ts')],
    outdir: unfinished,
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: 'chrome120',
    metafile: true,
    logLevel: 'error',
    // The warnings of React are what the harness listens for; and with SystemJS on the page, what looks for AMD would take it for its loader.
    define: { 'process.env.NODE_ENV': JSON.stringify(mode), global: 'globalThis', define: 'undefined' },
    loader: { '.svg': 'dataurl', '.ttf': 'empty', '.png': 'dataurl' },
    plugins: [from(runtime)],
  });
  const modules = path.relative(ROOT, path.join(runtime.folder, 'node_modules')) + path.sep;
  const strangers = Object.keys(metafile.inputs).filter(
    (file) => file.includes('node_modules') && !file.startsWith(modules) && !file.startsWith('(disabled)'),
  );
  if (strangers.length > 0) {
    throw new Error(`${runtime.name} would hold packages that are not its own: ${strangers.slice(0, 5).join(', ')}`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  return folder;
}
