// What Grafana's index page tells its packages before they load: of all that, what they read to come up.
window.grafanaBootData = {
  settings: { featureToggles: {}, buildInfo: { version: '12.3.0', env: 'production' } },
  user: { theme: 'dark', locale: 'en-US', timezone: 'utc', orgRole: 'Viewer', isSignedIn: true },
  navTree: [],
};
