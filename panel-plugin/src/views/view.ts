import { PanelData, PanelOptionsEditorBuilder } from '@grafana/data';
import { ComponentType } from 'react';
import { BoundFrame, FieldNeed } from '../bound-frame';
import { PanelOptions } from '../options';

export interface ViewProps {
  readonly bound: BoundFrame;
  /** All that the panel was given: further frames, annotations, the time range. */
  readonly data: PanelData;
  readonly timeZone: string;
  readonly options: PanelOptions;
  readonly width: number;
  readonly height: number;
}

/** One way to look at frames. Adding one is a file beside this one and a line in index.ts. */
export interface View {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly needs: readonly FieldNeed[];
  readonly addOptions?: (builder: PanelOptionsEditorBuilder<PanelOptions>) => void;
  readonly Component: ComponentType<ViewProps>;
}
