import { InvalidArgumentError, type Command } from 'commander';
import { STAGES, type Lineage, type Stage } from '@modelwatch/core';
import { askContext, asksSidecar, type AskContext, type AskFlags } from '../ask-sidecar.js';
import type { Output } from '../config/check-command.js';
import { listCommand, promoteCommand, registerCommand, showCommand, stageCommand, type RegisterFlags } from './registry-command.js';

interface RegisterOptions extends AskFlags {
  readonly model: string;
  readonly versionName: string;
  readonly onnx: string;
  readonly baseline?: string;
  readonly owner?: string;
  readonly notes?: string;
  readonly dataSet?: string;
  readonly features?: string;
  readonly code?: string;
  readonly run?: string;
  readonly metric?: Readonly<Record<string, number>>;
}

/** Adds `modelwatch registry` and what it can do. A command line is seen by all: no flag takes the token itself. */
export function addRegistryCommand(program: Command, output: Output, exit: (code: number) => void): void {
  const registry = program
    .command('registry')
    .summary("list, register, promote and archive versions in a sidecar's registry")
    .description(
      'Talks to the registry of a running sidecar. A token, where it wants one, is taken from --token-file, else from MODELWATCH_TOKEN.',
    );
  const ask = async (flags: AskFlags, then: (context: AskContext) => Promise<number>) => {
    const context = await askContext(flags, output);
    exit(context === undefined ? 2 : await then(context));
  };
  const add = (usage: string, summary: string) => asksSidecar(registry.command(usage).summary(summary).description(summary));

  add('list', 'list versions with their stages')
    .option('--model <name>', 'of one model')
    .option('--stage <stage>', 'of one stage', asStage)
    .action(async ({ model, stage, ...server }: AskFlags & { readonly model?: string; readonly stage?: Stage }) => {
      const query = { ...(model === undefined ? {} : { model }), ...(stage === undefined ? {} : { stage }) };
      await ask(server, (context) => listCommand(context, query));
    });
  add('show <model> <version>', 'print all that is known of a version').action(async (model: string, version: string, flags: AskFlags) => {
    await ask(flags, (context) => showCommand(context, model, version));
  });
  add('register', "register a version whose files lie in the sidecar's inbox")
    .requiredOption('--model <name>', 'name of the model, as in the configuration')
    .requiredOption('--version-name <version>', 'name of the version')
    .requiredOption('--onnx <file>', 'ONNX file; the sidecar takes the file of this name and content from its inbox')
    .option('--baseline <file>', 'its baseline, likewise')
    .option('--owner <text>', 'who answers for it')
    .option('--notes <text>', 'what is to be known of it')
    .option('--data-set <text>', 'lineage: the data it was trained on')
    .option('--features <text>', 'lineage: the features it was trained on')
    .option('--code <text>', 'lineage: the code that trained it, such as a commit')
    .option('--run <text>', 'lineage: the run that trained it')
    .option('--metric <name=value>', 'a metric recorded at evaluation; may be repeated', asMetric)
    .action(async (options: RegisterOptions) => {
      await ask(options, (context) => registerCommand(context, requestOf(options)));
    });
  add('promote <model> <version>', 'put a version in production; an archived one is a rollback')
    .option('--id <id>', 'name of this promotion: asking again with it promotes once')
    .action(async (model: string, version: string, { id, ...server }: AskFlags & { readonly id?: string }) => {
      await ask(server, (context) => promoteCommand(context, model, version, id));
    });
  add('stage <model> <version> <stage>', 'move a version to none, staging, shadow or archived').action(
    async (model: string, version: string, stage: string, flags: AskFlags) => {
      await ask(flags, (context) => stageCommand(context, model, version, stage as Stage));
    },
  );
  add('archive <model> <version>', 'archive a version that is not in production').action(
    async (model: string, version: string, flags: AskFlags) => {
      await ask(flags, (context) => stageCommand(context, model, version, 'archived'));
    },
  );
}

function requestOf({
  model,
  versionName,
  onnx,
  baseline,
  owner,
  notes,
  dataSet,
  features,
  code,
  run,
  metric,
}: RegisterOptions): RegisterFlags {
  const lineage: Lineage = {
    ...(dataSet === undefined ? {} : { dataSet }),
    ...(features === undefined ? {} : { features }),
    ...(code === undefined ? {} : { code }),
    ...(run === undefined ? {} : { run }),
  };
  return {
    model,
    version: versionName,
    onnx,
    ...(baseline === undefined ? {} : { baseline }),
    ...(owner === undefined ? {} : { owner }),
    ...(notes === undefined ? {} : { notes }),
    lineage,
    metrics: metric ?? {},
  };
}

function asStage(text: string): Stage {
  const stage = STAGES.find((one) => one === text);
  if (stage === undefined) throw new InvalidArgumentError(`It is one of ${STAGES.join(', ')}.`);
  return stage;
}

function asMetric(text: string, before: Readonly<Record<string, number>> = {}): Readonly<Record<string, number>> {
  const [, name, number] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const value = Number(number);
  if (name === undefined || !Number.isFinite(value)) throw new InvalidArgumentError('A metric is a name and a number, such as auc=0.71.');
  return { ...before, [name]: value };
}
