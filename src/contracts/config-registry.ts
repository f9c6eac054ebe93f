import { cap } from './config-parts.js';

/** Versions of models and their files. */
export const registry = {
  type: 'object',
  additionalProperties: false,
  default: {},
  description: 'The embedded registry: versions of models, their files, and which one is in production.',
  properties: {
    path: {
      type: 'string',
      default: 'modelwatch-models',
      description:
        'Private folder that keeps the files of registered versions by their SHA-256, relative to this configuration. Made when it is needed.',
    },
    inbox: {
      type: 'string',
      default: '.',
      description: 'Folder from which files are registered by name, relative to this configuration.',
    },
    versionsMax: cap('Versions of all models; further ones are refused and counted.', 1000, 10_000),
    versionsShownMax: cap('Versions of a model that have a series of their own; the others are counted by stage alone.', 20, 1000),
    filesBytesMax: cap('Bytes of the files kept; further files are refused and counted.', 10_737_418_240, 1_099_511_627_776),
  },
} as const;
