import { describe, expect, it } from '@jest/globals';
import { readPage, testPages } from '../conformance.js';
import * as core from '../index.js';

const read = (file: string) => readPage('multivariate', file);

testPages('multivariate', {
  parts: ['Formula', 'Use it for', 'Not for', 'Range', 'Undetermined', 'Critical value', 'Cost', 'Source', 'Example'],
  digits: 9,
});

describe('the folder of pages', () => {
  it.each([core.reconstructionError, core.domainClassifier])('has one for $name, with its least count', ({ name, countMin }) => {
    expect(read(`${name}.md`)).toContain(`\`countMin\` ${countMin}`);
  });

  it('names the limits', () => {
    expect(read('reconstruction-error.md')).toContain(`at most ${core.RECONSTRUCTION_FEATURES_MAX} of them`);
    expect(read('reconstruction-error.md')).toContain(`below ${core.RECONSTRUCTION_CHUNKS_MIN} chunks`);
    expect(read('reconstruction-error.md')).toContain(`the ${core.CODED_CATEGORIES_MAX.toLocaleString('en')} most frequent`);
    const [rows, columns] = [core.DOMAIN_ROWS_MAX.toLocaleString('en'), core.DOMAIN_COLUMNS_MAX];
    expect(read('domain-classifier.md')).toContain(`More than ${rows} rows together or ${columns} columns are refused`);
  });
});
