import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { showSession } from "../api/sessions";
import { theme } from "../app/choices";
import { useTexts } from "../i18n/texts";
import { Chat } from "../preview/Chat";
import "../preview/preview.css";
import { useReason } from "../ui/Loaded";

/** The conversation as it stood behind a turn, drawn by the server. */
export function ChatThen({ session, position }: { session: string; position: number | undefined }) {
  const text = useTexts();
  const reason = useReason();
  const studio = theme.use();
  const { data, error } = useQuery({
    queryKey: ["sessions", session, "chat", position ?? null],
    queryFn: async () => (await showSession(session, position)).chat.html,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  return (
    <section className="replay-chat" aria-label={text("replay.chat")}>
      {error && (
        <p className="notice error-text" role="alert">
          {reason(error)}
        </p>
      )}
      <div className={studio === "system" ? "phone" : `phone sb-${studio}`}>{data !== undefined && <Chat html={data} />}</div>
    </section>
  );
}
