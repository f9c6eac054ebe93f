import { DashboardCursorSync, DataHoverClearEvent, DataHoverEvent } from '@grafana/data';
import { usePanelContext } from '@grafana/ui';
import { useEffect, useId, useState } from 'react';

/**
 * The value that the pointer is at in any panel of the board, by the name of its axis; `time` is the axis of Grafana's own panels.
 * `publish` tells the others where it is in this one, and undefined that it left.
 */
export function useSharedCrosshair(axis: string): { readonly at?: number; readonly publish: (value?: number) => void } {
  const { eventBus, sync } = usePanelContext();
  const self = useId();
  const [at, setAt] = useState<number>();
  const isOff = sync !== undefined && sync() === DashboardCursorSync.Off;
  useEffect(() => {
    if (isOff) {
      return;
    }
    const hovers = eventBus.getStream(DataHoverEvent).subscribe(({ payload }) => {
      const value: unknown = payload?.point?.[axis];
      if (payload.dataId !== self) {
        setAt(typeof value === 'number' && Number.isFinite(value) ? value : undefined);
      }
    });
    const clears = eventBus.getStream(DataHoverClearEvent).subscribe(() => setAt(undefined));
    return () => {
      hovers.unsubscribe();
      clears.unsubscribe();
    };
  }, [eventBus, axis, self, isOff]);
  const publish = (value?: number) => {
    if (isOff) {
      return;
    }
    eventBus.publish(value === undefined ? new DataHoverClearEvent() : new DataHoverEvent({ point: { [axis]: value }, dataId: self }));
  };
  return { at: isOff ? undefined : at, publish };
}
