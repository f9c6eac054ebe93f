import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import path from 'node:path';
import type { Answering } from './server.js';

const PREFIX = '/api/datasources/proxy/uid/modelwatch/';

interface ProxyRoute {
  readonly path: string;
  readonly method: string;
  readonly reqRole?: 'Viewer' | 'Editor' | 'Admin';
  readonly headers?: readonly { readonly name: string; readonly content: string }[];
}

const PLUGIN = path.join(import.meta.dirname, '..', '..', 'datasource-plugin', 'dist', 'plugin.json');

/** The data source as Grafana's server keeps it; what is secret of it never reaches a browser. */
export interface ProxiedSource {
  readonly url: string;
  readonly secureJsonData: Readonly<Record<string, string>>;
}

/** Go's template, of which plugin.json uses a condition around one secret. */
function rendered(content: string, { secureJsonData }: ProxiedSource): string {
  const withConditions = content.replace(/\{\{ if \.SecureJsonData\.(\w+) \}\}(.*?)\{\{ end \}\}/g, (_, name: string, inner: string) =>
    secureJsonData[name] ? inner : '',
  );
  return withConditions.replace(/\{\{ \.SecureJsonData\.(\w+) \}\}/g, (_, name: string) => secureJsonData[name] ?? '<no value>');
}

/**
 * Stands for the data proxy of a Grafana that a Viewer uses. As there, the first route of plugin.json with this method and the beginning
 * of this path adds its headers; a request that matches none goes through as well, without them. A 401 becomes a 400 with a text.
 */
export function dataProxy(source: () => ProxiedSource): Answering {
  const { routes } = JSON.parse(readFileSync(PLUGIN, 'utf8')) as { readonly routes: readonly ProxyRoute[] };

  async function forward(request: IncomingMessage, response: ServerResponse, rest: string): Promise<void> {
    const current = source();
    const route = routes.find(({ method, path: prefix }) => method === request.method && rest.startsWith(prefix));
    if (route?.reqRole !== undefined && route.reqRole !== 'Viewer') {
      response.writeHead(403, { 'content-type': 'application/json' }).end('{"message":"plugin proxy route access denied"}');
      return;
    }
    const headers: Record<string, string> = { 'content-type': request.headers['content-type'] ?? 'application/json' };
    for (const { name, content } of route?.headers ?? []) {
      const value = rendered(content, current);
      if (value !== '') {
        headers[name.toLowerCase()] = value;
      }
    }
    const upstream = send(new URL(rest, `${current.url}/`), { method: request.method ?? 'GET', headers, agent: false });
    response.once('close', () => upstream.destroy());
    request.pipe(upstream);
    const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
    if (answer.statusCode === 401) {
      answer.resume();
      response.writeHead(400, { 'content-type': 'text/plain' }).end('Authentication to data source failed');
      return;
    }
    response.writeHead(answer.statusCode ?? 502, {
      'content-type': answer.headers['content-type'] ?? 'application/octet-stream',
      'content-security-policy': 'sandbox',
    });
    answer.pipe(response);
  }

  return async (request, response) => {
    if (request.url?.startsWith(PREFIX) !== true) {
      return false;
    }
    await forward(request, response, request.url.slice(PREFIX.length)).catch(() => {
      if (!response.headersSent) {
        response.writeHead(502);
      }
      response.end();
    });
    return true;
  };
}
