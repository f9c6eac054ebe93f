import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { NODE_ENVIRONMENT, NODE_FLAGS } from './node-flags.js';

const read = (name: string): string => readFileSync(path.join(import.meta.dirname, name), 'utf8');
const environment = Object.entries(NODE_ENVIRONMENT).map(([name, value]) => `${name}=${value}`);

it('the program, its image and what starts it are under the same flags', () => {
  expect(read('main.ts').split('\n')[0]).toBe(`#!/usr/bin/env -S ${[...environment, 'node', ...NODE_FLAGS].join(' ')}`);
  const dockerfile = read('Dockerfile');
  for (const variable of environment) expect(dockerfile).toMatch(new RegExp(`^ENV (?:.* )?${variable}(?: |$)`, 'm'));
  expect(dockerfile).toContain(`\nENTRYPOINT ["node", ${NODE_FLAGS.map((flag) => `"${flag}"`).join(', ')}, `);
});
