import { randomUUID } from 'node:crypto';
import { Option, type Command } from 'commander';
import { EVENT_KINDS, EVENT_STATUSES, type EventKind, type EventStatus } from '@modelwatch/core';
import { askContext, asksSidecar, type AskContext, type AskFlags } from '../ask-sidecar.js';
import type { Output } from '../config/check-command.js';
import { listEvents, postEvent } from './event-command.js';

interface PostFlags extends AskFlags {
  readonly id?: string;
  readonly model?: string;
  readonly versionName?: string;
  readonly status?: EventStatus;
  readonly time?: number | string;
  readonly endTime?: number | string;
  readonly text?: string;
}

interface ListFlags extends AskFlags {
  readonly model?: string;
  readonly kind?: EventKind;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
  readonly after?: string;
}

/** Adds `modelwatch event`: a pipeline tells the log what happened, people read it. */
export function addEventCommand(program: Command, output: Output, exit: (code: number) => void): void {
  const event = program
    .command('event')
    .summary("tell a sidecar's log of events what happened, or read it")
    .description(
      'Talks to the log of events of a running sidecar. A token, where it wants one, is taken from --token-file, else from MODELWATCH_TOKEN.',
    );
  const add = (usage: string, summary: string) =>
    asksSidecar(event.command(usage).summary(summary).description(summary)).option('--model <name>', 'of one model; without it: of all');
  const ask = async (flags: AskFlags, then: (context: AskContext) => Promise<number>) => {
    const context = await askContext(flags, output);
    exit(context === undefined ? 2 : await then(context));
  };

  add('post <kind>', `record an event: ${EVENT_KINDS.join(', ')}`)
    .option(
      '--id <id>',
      'its key: telling it again with the same one changes nothing, and the end of what lasts is told with that of its start',
    )
    .option('--version-name <version>', 'of one version')
    .addOption(new Option('--status <status>', 'how it stands').choices(EVENT_STATUSES))
    .option('--time <time>', 'when it began: RFC 3339, or seconds since the epoch; now unless given', asTime)
    .option('--end-time <time>', 'when it ended', asTime)
    .option('--text <text>', 'what people are to know of it')
    .action((kind: string, { id = randomUUID(), model, versionName: version, status, time, endTime, text, ...flags }: PostFlags) =>
      ask(flags, (context) =>
        postEvent(context, withoutAbsent({ id, kind: kind as EventKind, model, version, status, time, endTime, text })),
      ),
    );
  add('list', 'print events in order of their beginning')
    .addOption(new Option('--kind <kind>', 'of one kind').choices(EVENT_KINDS))
    .option('--from <time>', 'that had not ended before')
    .option('--to <time>', 'that had begun before')
    .option('--limit <events>', 'at most so many')
    .option('--after <next>', 'the page after the one before')
    .action(({ model, kind, from, to, limit, after, ...flags }: ListFlags) =>
      ask(flags, (context) => listEvents(context, withoutAbsent({ model, kind, from, to, limit, after }))),
    );
}

/** Seconds are a number to the sidecar, everything else is text. */
function asTime(text: string): number | string {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function withoutAbsent<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
