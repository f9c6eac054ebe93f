import { describe, expect, it } from '@jest/globals';
import { readPage, testPages } from '../conformance.js';
import * as core from '../index.js';

const read = (file: string) => readPage('explain', file);

testPages('explain');

describe('the folder of pages', () => {
  it.each(core.ATTRIBUTION_STATISTICS)('has one for $name, with its least count', ({ name, countMin }) => {
    expect(read(`${name}.md`)).toContain(`\`countMin\` ${countMin}`);
  });
});
