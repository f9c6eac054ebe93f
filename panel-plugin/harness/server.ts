import { build } from 'esbuild';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { bundleRuntime, type Mode, type Runtime } from './runtimes.js';

const HERE = import.meta.dirname;
const ROOT = path.join(HERE, '..', '..');
const MODULES = path.join(ROOT, 'node_modules');

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The fonts that Grafana serves and its packages ask for. They come from npm, so that text is as wide on every machine. */
const FONTS: Readonly<Record<string, string>> = {
  'Inter-Regular.woff2': 'inter/files/inter-latin-400-normal.woff2',
  'Inter-Medium.woff2': 'inter/files/inter-latin-500-normal.woff2',
  'Inter-Italic.woff2': 'inter/files/inter-latin-400-italic.woff2',
  'Inter-MediumItalic.woff2': 'inter/files/inter-latin-500-italic.woff2',
  // Roboto Mono, by the name that it once had elsewhere.
  'L0xTDF4xlVMF-BfR8bXMIhJHg45mwgGEFl0_3vrtSM1J-gEPT5Ese6hmHSh0mQ.woff2': 'roboto-mono/files/roboto-mono-latin-400-normal.woff2',
};

/** Takes a request that is not for a file; false where it is none of its own. */
export type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

export interface HarnessServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The page's own code; the shared packages stay outside of it, as they do of a plugin. */
async function bundlePage(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [path.join(HERE, 'page.tsx')],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'chrome120',
    logLevel: 'error',
    jsx: 'transform',
    external: ['react', 'react/*', 'react-dom', 'react-dom/*', 'rxjs', 'lodash', 'moment', 'i18next', '@emotion/*', '@grafana/*'],
  });
  return outputFiles[0]!.contents;
}

/** Serves on loopback a page that loads the built plugins from where Grafana has them. */
export async function startHarnessServer(runtime: Runtime, answering?: Answering, mode?: Mode): Promise<HarnessServer> {
  const [shared, pageJs] = await Promise.all([bundleRuntime(runtime, mode), bundlePage()]);
  const icons = path.join(runtime.folder, 'node_modules', '@grafana', 'ui', 'dist', 'public', 'img', 'icons');
  const folders: readonly (readonly [string, string])[] = [
    ['/shared/', shared],
    ['/systemjs/', path.join(MODULES, 'systemjs', 'dist')],
    ['/public/build/img/icons/', icons],
    ['/public/plugins/modelwatch-panel/', path.join(ROOT, 'panel-plugin', 'dist')],
    ['/public/plugins/modelwatch-datasource/', path.join(ROOT, 'datasource-plugin', 'dist')],
  ];

  const contentsOf = async (route: string): Promise<Uint8Array | undefined> => {
    if (route === '/' || route === '/boot-data.js') {
      return readFile(path.join(HERE, route === '/' ? 'page.html' : 'boot-data.js'));
    }
    if (route === '/page.js') {
      return pageJs;
    }
    const font = FONTS[path.posix.basename(route)];
    if (font !== undefined && route.startsWith('/public/fonts/')) {
      return readFile(path.join(MODULES, '@fontsource', font));
    }
    const [prefix, folder] = folders.find(([each]) => route.startsWith(each)) ?? [];
    if (prefix === undefined || folder === undefined) {
      return undefined;
    }
    const file = path.join(folder, route.slice(prefix.length));
    return file.startsWith(folder + path.sep) ? readFile(file).catch(() => undefined) : undefined;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (await answering?.(request, response)) {
      return;
    }
    const route = decodeURIComponent(new URL(request.url ?? '/', 'http://loopback').pathname);
    const contents = await contentsOf(route);
    const type = TYPES[route === '/' ? '.html' : path.extname(route)] ?? 'application/octet-stream';
    // Grafana's policy without what a hardened one leaves out: no plugin of ours may need `eval`.
    response.writeHead(contents === undefined ? 404 : 200, { 'content-type': type, 'content-security-policy': "script-src 'self'" });
    response.end(contents);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((fault: unknown) => response.destroy(fault instanceof Error ? fault : new Error(String(fault))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
