import type { Offer } from "../offers";

/** The names that an input offers. A long list costs, so it is there only while somebody is at the input. */
export function Offers({ id, offers }: { id: string; offers: readonly Offer[] }) {
  return (
    <datalist id={id}>
      {offers.map(({ value, title }) => (
        <option key={value} value={value}>
          {title ?? ""}
        </option>
      ))}
    </datalist>
  );
}
