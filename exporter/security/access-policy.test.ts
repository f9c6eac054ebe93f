import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { SCOPES, type AccessConfig, type TokenConfig } from '@modelwatch/core';
import { parseConfig } from '../config/index.js';
import { createAccessPolicy, type Decision, type RouteScope } from './access-policy.js';
import { carriesToken, digestText, newToken } from './token.js';

const parsed = parseConfig('models: [{ name: m, champion: { version: "1" } }]', 'modelwatch.yaml');
if (!parsed.ok) throw new Error('the configuration is at fault');
const { access } = parsed.value;

const NOW_SECONDS = 1_800_000_000;
const entry = (token: string, more: Partial<TokenConfig> = {}): TokenConfig => ({
  name: 'ci',
  digest: digestText(token),
  scopes: ['ingest'],
  ...more,
});
const policyOf = (tokens: readonly TokenConfig[], more: Partial<AccessConfig> = {}) =>
  createAccessPolicy({ ...access, ...more, tokens: [...tokens] });
const requestOf = (headers: Readonly<Record<string, string>> = {}, remoteAddress = '127.0.0.1', localAddress = '127.0.0.1') =>
  ({ headers, socket: { remoteAddress, localAddress } }) as unknown as IncomingMessage;
const outcome = (decision: Decision) => (decision.kind === 'allowed' ? 'allowed' : decision.reason);
const ALL: readonly RouteScope[] = ['public', ...SCOPES];

describe('a token', () => {
  it('is 256 random bits behind a prefix that scanners know', () => {
    const tokens = Array.from({ length: 100 }, newToken);
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^mwt_[A-Za-z0-9_-]{43}$/);
  });

  it('is configured as what sha256sum makes of it', () => {
    // printf mwt_golden | sha256sum, of GNU coreutils 9.1
    expect(digestText('mwt_golden')).toBe('sha256:881bd2f44d5bd373e597259722d96246478c910bbe11165fb2ffd72d8b0b7720');
  });

  it('is told apart from the tokens of others', () => {
    expect([`Bearer ${newToken()}`, 'bearer   mwt_x', 'Bearer eyJhbGciOi', 'Basic mwt_x', undefined].map(carriesToken)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('with tokens', () => {
  const [present, next, other] = [newToken(), newToken(), newToken()];
  const policy = policyOf([
    entry(present, { expires: '2027-01-15T08:00:00Z' }),
    entry(next),
    entry(other, { name: 'sre', scopes: ['operate', 'read'] }),
  ]);
  const decide = (authorization: string | undefined, scope: RouteScope, nowSeconds = NOW_SECONDS - 1) =>
    policy.decide(requestOf(authorization === undefined ? {} : { authorization }), scope, nowSeconds);

  it('a scope is granted by the tokens that have it, and by nothing else', () => {
    const grants = (token: string) => ALL.filter((scope) => decide(`Bearer ${token}`, scope).kind === 'allowed');
    expect(grants(present)).toEqual(['public', 'infer', 'metrics', 'ingest']);
    expect(grants(next)).toEqual(['public', 'infer', 'metrics', 'ingest']);
    expect(grants(other)).toEqual(['public', 'infer', 'metrics', 'read', 'operate']);
    expect(grants(newToken())).toEqual(['public', 'infer', 'metrics']);
  });

  it('both of one name are live and share a rate; whoever is denied counts to the address', () => {
    const caller = (authorization: string) => decide(authorization, 'ingest').caller;
    expect([caller(`Bearer ${present}`), caller(`bearer  ${next} `), caller('Bearer mwt_wrong')]).toEqual(['t ci', 't ci', 'a 127.0.0.1']);
  });

  it('one that expires is refused from that moment on', () => {
    // 2027-01-15T08:00:00Z is 1800000000.
    expect([NOW_SECONDS - 0.001, NOW_SECONDS].map((now) => outcome(decide(`Bearer ${present}`, 'ingest', now)))).toEqual([
      'allowed',
      'token_expired',
    ]);
  });

  it.each([
    ['none', undefined, 'token_missing'],
    ['another scheme', `Basic ${present}`, 'token_missing'],
    ['no token after the scheme', 'Bearer ', 'token_missing'],
    ['a wrong last letter', `Bearer ${present.slice(0, -1)}${present.endsWith('A') ? 'E' : 'A'}`, 'token_unknown'],
    ['half a token', `Bearer ${present.slice(0, 20)}`, 'token_unknown'],
    ['a digest', `Bearer ${digestText(present)}`, 'token_unknown'],
    ['two tokens', `Bearer ${present} ${next}`, 'token_unknown'],
    ['a long text', `Bearer ${'x'.repeat(8000)}`, 'token_unknown'],
    ['a token without the scope', `Bearer ${other}`, 'scope_missing'],
  ])('%s is refused', (_name, authorization, reason) => {
    expect(outcome(decide(authorization, 'ingest'))).toBe(reason);
  });

  it('loopback is asked for a token as well', () => {
    expect(outcome(decide(undefined, 'operate'))).toBe('token_missing');
  });

  it('inference and metrics can be closed, and ingest opened, but never what operates', () => {
    const closed = policyOf([entry(present)], { open: [] });
    const opened = policyOf([entry(present)], { open: ['ingest', 'read'] });
    expect(ALL.filter((scope) => closed.isOpen(scope))).toEqual(['public']);
    expect(ALL.filter((scope) => opened.isOpen(scope))).toEqual(['public', 'read', 'ingest']);
  });
});

describe('without a token', () => {
  const policy = policyOf([], { open: ['infer', 'metrics', 'ingest'] });
  const guarded = ['read', 'ingest', 'operate', 'admin'] as const;

  it.each(guarded)('%s answers on loopback alone, whatever a header says', (scope) => {
    const at = (remote: string, local: string, headers = {}) => outcome(policy.decide(requestOf(headers, remote, local), scope, 0));
    expect(at('127.0.0.1', '127.0.0.1')).toBe('allowed');
    expect(at('::ffff:127.0.0.1', '::ffff:127.0.0.1')).toBe('allowed');
    expect(at('10.0.0.9', '10.0.0.1')).toBe('not_loopback');
    expect(at('10.0.0.9', '127.0.0.1')).toBe('not_loopback');
    expect(at('127.0.0.1', '10.0.0.1')).toBe('not_loopback');
    expect(at('10.0.0.9', '10.0.0.1', { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1', host: 'localhost' })).toBe(
      'not_loopback',
    );
  });

  it('a page in a browser beside it may not use it, unless loopback served the page', () => {
    const from = (origin: string) => outcome(policy.decide(requestOf({ origin }), 'operate', 0));
    expect(['http://localhost:3000', 'http://127.0.0.1:9810', 'http://[::1]:3000'].map(from)).toEqual(['allowed', 'allowed', 'allowed']);
    expect(['https://example.org', 'http://localhost.example.org', 'null', ''].map(from)).toEqual(Array(4).fill('foreign_origin'));
  });

  it('inference, metrics and probes are answered to all', () => {
    const far = requestOf({}, '10.0.0.9', '10.0.0.1');
    expect(ALL.filter((scope) => policy.decide(far, scope, 0).kind === 'allowed')).toEqual(['public', 'infer', 'metrics']);
  });
});

it('whoever has a network of IPv6 is one caller', () => {
  const caller = (address: string) => policyOf([]).decide(requestOf({}, address, '2001:db8::1'), 'infer', 0).caller;
  expect(caller('2001:db8:1:2:3::4')).toBe(caller('2001:db8:1:2:ffff::9'));
  expect(caller('2001:db8:1:2::4')).not.toBe(caller('2001:db8:1:3::4'));
  expect(caller('::ffff:10.0.0.1')).not.toBe(caller('::ffff:10.0.0.2'));
});
