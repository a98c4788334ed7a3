// Puts a text on the clipboard, where the page is a secure context or not.

export async function copy(text: string): Promise<"copied" | "refused"> {
  try {
    await navigator.clipboard.writeText(text);
    return "copied";
  } catch {
    return copyBySelection(text);
  }
}

/** Self-hosted on plain HTTP there is no clipboard API; a selected field still copies. */
function copyBySelection(text: string): "copied" | "refused" {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "unseen";
  const focused = document.activeElement;
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done ? "copied" : "refused";
}
