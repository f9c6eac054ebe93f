/** Tests run as native ES modules on TypeScript compiled by SWC; the exporter's children and workers are the built ones. */
const sidecar = {
  displayName: 'modelwatch',
  rootDir: '.',
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/exporter'],
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^@modelwatch/core$': '<rootDir>/src/index.ts',
    '^@modelwatch/core/dashboards$': '<rootDir>/src/generate/dashboards/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
};

/** The built plugins in Chromium. */
const harness = {
  ...sidecar,
  displayName: 'harness',
  roots: ['<rootDir>/panel-plugin/harness'],
  modulePathIgnorePatterns: ['/dist/', '/react-19/'],
};

export default {
  // The plugins bring the configuration of their scaffold: jsdom, CommonJS, React.
  projects: [sidecar, harness, '<rootDir>/datasource-plugin', '<rootDir>/panel-plugin'],
  reporters: ['default', '<rootDir>/.ci/closing-line.mjs'],
  // So long that it ends what hangs and never what is slow: tests start processes, and a machine may be busy with others.
  testTimeout: 120_000,
  maxWorkers: 2,
};
