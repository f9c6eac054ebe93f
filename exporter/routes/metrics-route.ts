import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import { CONTENT_TYPES, type ExpositionFormat, type SlicedRegistry } from '../telemetry/registry.js';
import type { Route } from './app.js';

const compress = promisify(gzip);
/** Fast is enough: series compress well, and a scrape comes every few seconds. */
const GZIP_LEVEL = 1;
/** Below it compressing costs more than it saves. */
const GZIP_BYTES_MIN = 16_384;

/** GET /metrics: Prometheus' text format, or OpenMetrics with exemplars where the scraper prefers it. Compressed off the event loop. */
export function metricsRoute(registry: Pick<SlicedRegistry, 'render'>): Route {
  return {
    method: 'GET',
    path: '/metrics',
    scope: 'metrics',
    // Scrapes that come together share one text; a refused one would mark the sidecar as down.
    rateClass: 'unlimited',
    bodyBytesMax: 0,
    async handle(request, response) {
      const format = formatOf(request);
      const body = await registry.render(format);
      response.setHeader('Content-Type', CONTENT_TYPES[format]);
      response.setHeader('Vary', 'Accept, Accept-Encoding');
      await send(request, response, body);
    },
  };
}

async function send(request: Request, response: Response, body: Buffer): Promise<void> {
  if (body.length < GZIP_BYTES_MIN || request.acceptsEncodings('gzip', 'identity') !== 'gzip') {
    response.end(body);
    return;
  }
  response.setHeader('Content-Encoding', 'gzip');
  response.end(await compress(body, { level: GZIP_LEVEL }));
}

/** What is offered, with the versions that scrapers name; the first stands for clients that take anything. */
const OFFERED: Readonly<Record<string, ExpositionFormat>> = {
  'text/plain;version=0.0.4': 'prometheus',
  'text/plain': 'prometheus',
  'application/openmetrics-text;version=1.0.0': 'openmetrics',
  'application/openmetrics-text;version=0.0.1': 'openmetrics',
};

/** The format that the scraper weighs highest; text where it takes neither. */
function formatOf(request: Request): ExpositionFormat {
  const accepted = request.accepts(Object.keys(OFFERED));
  return typeof accepted === 'string' ? OFFERED[accepted]! : 'prometheus';
}
