import { useTexts } from "../i18n/texts";
import { Dialog } from "../ui/Dialog";
import { useEditor } from "./store";

/** Somebody else has saved the bot meanwhile: whose it is to be has to be decided before anything more is saved. */
export function OvertakenDialog() {
  const text = useTexts();
  const keepMine = useEditor((state) => state.keepMine);
  return (
    <Dialog title={text("overtaken.title")}>
      <p>{text("overtaken.more")}</p>
      <div className="actions">
        <button type="button" className="button primary" data-autofocus onClick={() => location.reload()}>
          {text("overtaken.theirs")}
        </button>
        <button type="button" className="button" onClick={keepMine}>
          {text("overtaken.mine")}
        </button>
      </div>
    </Dialog>
  );
}
