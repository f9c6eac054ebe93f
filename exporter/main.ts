#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-semi-space-size=4 --heap-growing-percent=100
// What both keep off a process that shares its machine with the model's own: `node-flags.ts`.
import { Command } from 'commander';
import { systemClock } from './clock.js';
import { packageVersion } from './package-version.js';

const exit = (code: number): void => {
  process.exitCode = code;
};
const version = packageVersion();

const program = new Command('modelwatch')
  .description('Watches machine-learning models in production beside Prometheus, Alertmanager and Grafana.')
  .version(version)
  .showHelpAfterError('Try `modelwatch --help`.')
  .exitOverride((error) => {
    // 2 for wrong usage, as for a wrong configuration; 0 for help.
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

/** What each command brings is loaded for it alone: a sidecar needs no reader of Parquet, and its memory is counted. */
const COMMANDS: Readonly<Record<string, () => Promise<void>>> = {
  async run() {
    (await import('./sidecar/run-cli.js')).addRunCommand(program, version, process, exit);
  },
  async check() {
    (await import('./config/check-cli.js')).addCheckCommand(program, process, exit);
  },
  async baseline() {
    (await import('./baseline/baseline-cli.js')).addBaselineCommand(program, process, exit);
  },
  async rules() {
    (await import('./rules/rules-cli.js')).addRulesCommand(program, process, exit);
  },
  async dashboards() {
    (await import('./rules/dashboards-cli.js')).addDashboardsCommand(program, process, exit);
  },
  async slo() {
    (await import('./slo/slo-cli.js')).addSloCommand(program, process, exit);
  },
  async gate() {
    (await import('./gate/gate-cli.js')).addGateCommand(program, process, exit);
  },
  async domain() {
    (await import('./domain/domain-cli.js')).addDomainCommand(program, process, exit);
  },
  async replay() {
    (await import('./replay/replay-cli.js')).addReplayCommand(program, process, exit);
  },
  async registry() {
    (await import('./registry/registry-cli.js')).addRegistryCommand(program, process, exit);
  },
  async event() {
    (await import('./events/event-cli.js')).addEventCommand(program, process, exit);
  },
  async token() {
    (await import('./security/token-cli.js')).addTokenCommand(program, process, exit, systemClock);
  },
  async demo() {
    (await import('./sidecar/demo-cli.js')).addDemoCommand(program, process, exit);
  },
};

const asked = process.argv[2] ?? '';
const wanted = Object.hasOwn(COMMANDS, asked) ? [asked] : Object.keys(COMMANDS);
for (const name of wanted) await COMMANDS[name]!();
await program.parseAsync();
