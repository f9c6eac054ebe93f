import type { UpstreamConfig } from '@modelwatch/core';
import type { Path } from './fault.js';
import type { Report } from './meaning.js';
import type { Part } from './sound-part.js';

/** A `~` of a JSON pointer stands before 0 or 1 only (RFC 6901). */
const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/;

/** The upstream is one origin, and a mapping stands where the protocol needs one and nowhere else. */
export function checkUpstream(upstream: Part<UpstreamConfig>, path: Path, report: Report): void {
  checkOrigin(upstream.url, [...path, 'url'], report);
  if (upstream.model === '') report([...path, 'model'], 'the model name is empty', { expected: 'a model name' });
  const { protocol, mapping } = upstream;
  if (protocol === 'json' && !('mapping' in upstream)) {
    report(path, 'protocol json needs a mapping that says where features and output stand', { expected: 'mapping', spot: 'key' });
  }
  if (protocol === 'open-inference' && mapping !== undefined) {
    report([...path, 'mapping'], 'a mapping needs protocol json; open-inference says by itself where features stand', {
      expected: 'protocol: json',
      spot: 'key',
    });
  }
  if (mapping !== undefined) checkMapping(mapping, [...path, 'mapping'], report);
}

function checkMapping(mapping: Part<NonNullable<UpstreamConfig['mapping']>>, path: Path, report: Report): void {
  const { features = {}, rows, outputRows } = mapping;
  for (const key of ['rows', 'outputRows', 'output', 'id'] as const) checkPointer(mapping[key], [...path, key], report);
  for (const [feature, pointer] of Object.entries(features)) checkPointer(pointer, [...path, 'features', feature], report);
  if ('features' in mapping && Object.keys(features).length === 0) {
    report([...path, 'features'], 'a mapping names at least one feature', { expected: 'feature name to pointer', spot: 'key' });
  }
  if (mapping.path !== undefined && /[?#\\\s]/.test(mapping.path)) {
    report([...path, 'path'], 'a request path has no query, fragment, backslash or space', { expected: 'a path such as /predict' });
  }
  if (rows === undefined && outputRows !== undefined && !('rows' in mapping)) {
    report([...path, 'outputRows'], 'outputRows needs rows: without it a request is one row', { expected: 'rows', spot: 'key' });
  }
  if (rows !== undefined && !('outputRows' in mapping)) {
    report([...path, 'rows'], 'rows needs outputRows, which says where their outputs stand', { expected: 'outputRows', spot: 'key' });
  }
}

function checkPointer(pointer: string | undefined, path: Path, report: Report): void {
  if (pointer === undefined || POINTER.test(pointer)) return;
  report(path, 'in a JSON pointer ~ is written ~0 and / within a key ~1', { expected: 'a JSON pointer' });
}

/** An origin and nothing more. The URL itself is not repeated in a message, for it may hold a password. */
export function checkOrigin(text: string | undefined, path: Path, report: Report, whose = 'an upstream'): void {
  const url = parseUrl(text, path, report);
  if (url === undefined) return;
  const expected = 'an origin such as http://127.0.0.1:8080';
  if (url.username !== '' || url.password !== '') report(path, `the URL of ${whose} holds no credentials`, { expected });
  // One clean origin: the proxy appends the paths it allows, and only those.
  else if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || /[?#]/.test(text ?? '')) {
    report(path, `the URL of ${whose} is an origin, without path, query or fragment`, { expected });
  }
}

/** A link that people follow: http or https, without credentials, for it stands in every alert. */
export function checkWebUrl(text: string | undefined, path: Path, report: Report): void {
  const url = parseUrl(text, path, report);
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    report(path, 'a link in alerts holds no credentials', { expected: 'a URL without credentials' });
  }
}

function parseUrl(text: string | undefined, path: Path, report: Report): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  report(path, 'this is not a valid URL of http:// or https://', { expected: 'a URL such as http://localhost:3000' });
  return undefined;
}
