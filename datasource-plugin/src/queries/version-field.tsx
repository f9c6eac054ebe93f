import React from 'react';
import { FieldOfModel } from './model-field';
import { VERSIONS_OF } from './names-of-model';
import type { EditorProps } from './query-kind';

/** The version at work, or one that is compared with it. */
export function VersionField(props: EditorProps) {
  return (
    <FieldOfModel
      {...props}
      field="version"
      label="Version"
      placeholder="Every version"
      tooltip="Empty: all versions of which something is known."
      namesOf={VERSIONS_OF}
    />
  );
}
