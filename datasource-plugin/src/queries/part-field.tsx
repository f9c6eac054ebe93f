import React from 'react';
import { Choice, ChoiceField } from './choice-field';
import type { EditorProps } from './query-kind';

/** The frames that a kind of query has, by the name that is saved. The first is what an empty choice means. */
export type Parts = Readonly<Record<string, { readonly label: string; readonly description: string }>>;

/** Which part of the answer a query shows. */
export function PartField({ parts, ...props }: EditorProps & { readonly parts: Parts }) {
  const choices = Object.entries(parts).map(([value, told]): Choice => ({ value, ...told }));
  return (
    <ChoiceField
      {...props}
      field="part"
      label="Show"
      tooltip="Each is a frame of its own."
      placeholder={choices[0]?.label ?? ''}
      choices={choices}
    />
  );
}

/** What a query shows: the first part where it names none, nothing where it names one that there is not. */
export function partOf<Name extends string>(parts: Readonly<Record<Name, unknown>>, part: string | undefined): Name {
  const names = Object.keys(parts) as Name[];
  const found = part === undefined ? names[0] : names.find((name) => name === part);
  if (found === undefined) {
    throw new Error(`There is no part ${part} of this query: it shows ${names.join(', ')}.`);
  }
  return found;
}
