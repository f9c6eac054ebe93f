process.env.TZ = 'UTC';

const scaffolded = require('./.config/jest.config');
const { grafanaESModules, nodeModulesToTransform } = require('./.config/jest/utils');

module.exports = {
  ...scaffolded,
  // The dependencies of @grafana/ui 13.1 that the scaffold does not yet list as ES modules; some end in .mjs.
  transform: { '^.+\\.(mjs|[tj]sx?)$': scaffolded.transform['^.+\\.(t|j)sx?$'] },
  transformIgnorePatterns: [
    nodeModulesToTransform([...grafanaESModules, 'd3-[a-z-]+', '@react-hookz/web', '@ver0/deep-equal', 'internmap']),
  ],
};
