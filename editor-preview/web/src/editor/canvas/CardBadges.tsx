import { CircleX, MapPin, TriangleAlert } from "lucide-react";

import { useTexts } from "../../i18n/texts";

/** On a card where the rehearsed conversation is. */
export function CurrentBadge() {
  const text = useTexts();
  return (
    <span className="card-badge is-current" title={text("card.current")}>
      <MapPin size={14} aria-hidden />
    </span>
  );
}

/** How much is wrong with what a card stands for. */
export function ProblemBadges({ errors, warnings }: { errors: number; warnings: number }) {
  return (
    <>
      {errors > 0 && (
        <span className="card-badge error-text">
          <CircleX size={14} aria-hidden /> {errors}
        </span>
      )}
      {warnings > 0 && (
        <span className="card-badge warn-text">
          <TriangleAlert size={14} aria-hidden /> {warnings}
        </span>
      )}
    </>
  );
}
