#!/usr/bin/env node
import { Command } from 'commander';
import { addBaselineCommand } from './baseline/baseline-cli.js';
import { checkCommand } from './config/check-command.js';
import { addDemoCommand } from './examples/demo-cli.js';
import { addReplayCommand } from './replay/replay-cli.js';
import { addRulesCommand } from './rules/rules-cli.js';
import { addRunCommand } from './sidecar/run-cli.js';
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

addRunCommand(program, version, process, exit);
program
  .command('check')
  .summary('list every fault of a configuration or a baseline')
  .description(
    'Lists every fault of a configuration, and of the baselines it names, with its line. A file that ends in .json is checked as a baseline.',
  )
  .argument('[file]', 'configuration or baseline', 'modelwatch.yaml')
  .action(async (file: string) => {
    exit(await checkCommand(file, process));
  });
addBaselineCommand(program, process, exit);
addRulesCommand(program, process, exit);
addReplayCommand(program, process, exit);
addDemoCommand(program, process, exit);

await program.parseAsync();
