import type { Json } from "../editor/json";

/**
 * What a tap on a drawn button is as a line of a dialog test. By its title, as people write it, where that names this button: such a line
 * still holds when the bot was changed. A button that shares its title with a later one goes by its id, which names one version of the bot.
 */
export function customerLine(button: HTMLButtonElement, chat: Element, menu?: Element): Json {
  const title = titleOf(button);
  const message = (menu ?? button).closest("article");
  const alike = [...chat.querySelectorAll<HTMLButtonElement>("button[name=reply]")].filter((other) => other !== button && titleOf(other) === title);
  const isInLaterMessage = (other: Element) => message !== null && (message.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const isAmbiguous = alike.some((other) => other.closest("article") === message || isInLaterMessage(other));
  return isAmbiguous ? { reply: button.value } : { tap: title };
}

function titleOf(button: HTMLButtonElement): string {
  return (button.querySelector(".sb-option-title") ?? button).textContent?.trim() ?? "";
}
