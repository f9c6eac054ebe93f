import { Command } from 'commander';
import { systemClock } from './clock.js';
import type { Output } from './config/check-command.js';

/** What the commands of the program are given: where they write, which version they are of, and who ends the process. */
export interface CommandLine {
  readonly output: Output;
  readonly version: string;
  /** Takes the code that the process is to end with, once what is under way is through. */
  readonly exit: (code: number) => void;
}

/** What each command brings is loaded for it alone: a sidecar needs no reader of Parquet, and its memory is counted. */
const COMMANDS: Readonly<Record<string, (program: Command, line: CommandLine) => Promise<void>>> = {
  async run(program, { version, output, exit }) {
    (await import('./sidecar/run-cli.js')).addRunCommand(program, version, output, exit);
  },
  async check(program, { output, exit }) {
    (await import('./config/check-cli.js')).addCheckCommand(program, output, exit);
  },
  async baseline(program, { output, exit }) {
    (await import('./baseline/baseline-cli.js')).addBaselineCommand(program, output, exit);
  },
  async rules(program, { output, exit }) {
    (await import('./rules/rules-cli.js')).addRulesCommand(program, output, exit);
  },
  async dashboards(program, { output, exit }) {
    (await import('./rules/dashboards-cli.js')).addDashboardsCommand(program, output, exit);
  },
  async slo(program, { output, exit }) {
    (await import('./slo/slo-cli.js')).addSloCommand(program, output, exit);
  },
  async gate(program, { output, exit }) {
    (await import('./gate/gate-cli.js')).addGateCommand(program, output, exit);
  },
  async domain(program, { output, exit }) {
    (await import('./domain/domain-cli.js')).addDomainCommand(program, output, exit);
  },
  async replay(program, { output, exit }) {
    (await import('./replay/replay-cli.js')).addReplayCommand(program, output, exit);
  },
  async registry(program, { output, exit }) {
    (await import('./registry/registry-cli.js')).addRegistryCommand(program, output, exit);
  },
  async event(program, { output, exit }) {
    (await import('./events/event-cli.js')).addEventCommand(program, output, exit);
  },
  async token(program, { output, exit }) {
    (await import('./security/token-cli.js')).addTokenCommand(program, output, exit, systemClock);
  },
  async demo(program, { output, exit }) {
    (await import('./sidecar/demo-cli.js')).addDemoCommand(program, output, exit);
  },
};

/** The program with the command that was asked for, or with all of them where it is none. */
export async function createProgram(asked: string, line: CommandLine): Promise<Command> {
  const program = new Command('modelwatch')
    .description('Watches machine-learning models in production beside Prometheus, Alertmanager and Grafana.')
    .version(line.version);
  const wanted = Object.hasOwn(COMMANDS, asked) ? [asked] : Object.keys(COMMANDS);
  for (const name of wanted) await COMMANDS[name]!(program, line);
  nameOwnHelp(program, program.name());
  return program;
}

/** Wrong usage of a command is answered with where its own options stand. */
function nameOwnHelp(command: Command, name: string): void {
  command.showHelpAfterError(`Try \`${name} --help\`.`);
  for (const part of command.commands) nameOwnHelp(part, `${name} ${part.name()}`);
}
