import { describe, expect, it } from '@jest/globals';
import { createInferencePathReader, parseInferencePath } from './inference-path.js';

describe('parseInferencePath', () => {
  it.each([
    ['/v2/models/flights/infer', { model: 'flights', version: undefined, action: 'infer' }],
    ['/v2/models/flights/versions/1/infer', { model: 'flights', version: '1', action: 'infer' }],
    ['/v2/models/flights', { model: 'flights', version: undefined, action: 'metadata' }],
    ['/v2/models/flights/versions/2.0-rc1', { model: 'flights', version: '2.0-rc1', action: 'metadata' }],
    ['/v2/models/flights/ready', { model: 'flights', version: undefined, action: 'ready' }],
    ['/v2/models/versions/infer', { model: 'versions', version: undefined, action: 'infer' }],
  ])('%s', (path, expected) => {
    expect(parseInferencePath(path)).toEqual(expected);
  });

  it.each([
    '/v2/models/',
    '/v2/models//infer',
    '/v2/models/a/b',
    '/v2/models/a/infer/',
    '/v2/models/a/infer/x',
    '/v2/models/../infer',
    '/v2/models/.hidden/infer',
    '/v2/models/a%2fb/infer',
    '/v2/models/a%00/infer',
    '/v2/models/a\\b/infer',
    '/v2/models/a/versions/infer/',
    '/v2/models/a/versions',
    '/v2/models/a/versions/../infer',
    '/v2/models/a/constructor',
    '/v2/models/a/__proto__',
    'http://evil/v2/models/a/infer',
    '//v2/models/a/infer',
    `/v2/models/${'a'.repeat(129)}/infer`,
    '/v2/Models/a/infer',
  ])('%s is none', (path) => {
    expect(parseInferencePath(path)).toBeUndefined();
  });
});

describe('a reader that remembers paths', () => {
  it('reads each as one that does not, in any order and again', () => {
    const read = createInferencePathReader();
    const paths = ['', '/metrics', '/v2/models/a/infer', '/v2/models/b/infer', '/v2/models/a/versions/2/infer', '/v2/models/a/ready'];
    for (const first of paths)
      for (const second of paths) for (const path of [first, second, second, first]) expect(read(path)).toEqual(parseInferencePath(path));
  });
});
