import { deleteTest } from "../api/tests";
import { useTexts } from "../i18n/texts";
import { DeletingDialog } from "../ui/DeletingDialog";

/** Asks before a test is gone for good. */
export function DeleteTestDialog({ bot, name, onClose }: { bot: string; name: string; onClose: () => void }) {
  const text = useTexts();
  return (
    <DeletingDialog title={text("test.delete_title", { name })} command={text("test.delete")} run={() => deleteTest(bot, name)} stale={["tests", bot]} onClose={onClose}>
      {text("test.delete_gone")}
    </DeletingDialog>
  );
}
