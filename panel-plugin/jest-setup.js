// Jest setup provided by Grafana scaffolding
import './.config/jest-setup';

// jsdom lays nothing out, so nothing is ever resized; Grafana's tooltips and menus ask all the same.
global.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
