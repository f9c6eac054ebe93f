process.env.TZ = 'UTC';

module.exports = {
  // As scaffolded by @grafana/create-plugin.
  ...require('./.config/jest.config'),
};
