import { useUpdateNodeInternals } from "@xyflow/react";
import { useEffect } from "react";

/** Tells the canvas where the ports are when others are shown, or elsewhere: it measures them only when a card comes in. */
export function usePlacedPorts(id: string, ports: string): void {
  const update = useUpdateNodeInternals();
  useEffect(() => update(id), [update, id, ports]);
}
