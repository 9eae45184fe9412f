import { useMutation, useQuery } from "@tanstack/react-query";

import { listSamples, type Sample, showSample } from "../api/samples";
import { useLanguage, useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { Loaded, useReason } from "../ui/Loaded";
import type { NewDocument } from "./creating";

/** The bots that ship with the program; one of them is copied to begin from. */
export function SamplesDialog({ onClose, onPick }: { onClose: () => void; onPick: (bot: NewDocument) => void }) {
  const text = useTexts();
  const reason = useReason();
  const query = useQuery({ queryKey: ["samples"], queryFn: listSamples, staleTime: Infinity });
  const picking = useMutation({
    mutationFn: (id: string) => showSample(id),
    onSuccess: ({ id, document }) => onPick({ name: id, document }),
  });
  return (
    <Dialog title={text("samples.title")} onClose={onClose} isWide>
      {picking.error && (
        <p className="error-text" role="alert">
          {reason(picking.error)}
        </p>
      )}
      <Loaded query={query}>
        {(samples) => (
          <ul className="samples">
            {samples.map((sample, index) => (
              <li key={sample.id}>
                <SampleButton sample={sample} isFirst={index === 0} isDisabled={picking.isPending} onPick={() => picking.mutate(sample.id)} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {text("dialog.cancel")}
        </button>
      </div>
    </Dialog>
  );
}

function SampleButton({ sample, isFirst, isDisabled, onPick }: { sample: Sample; isFirst: boolean; isDisabled: boolean; onPick: () => void }) {
  const text = useTexts();
  const [language] = useLanguage();
  const spoken = new Intl.DisplayNames(language, { type: "language" }).of(sample.language);
  return (
    <button type="button" className="sample" disabled={isDisabled} onClick={onPick} data-autofocus={isFirst || undefined}>
      <strong lang={sample.language}>{sample.name}</strong>
      <span>{sample.description[language]}</span>
      <span className="muted">{text("samples.more", { language: spoken, count: sample.steps })}</span>
    </button>
  );
}
