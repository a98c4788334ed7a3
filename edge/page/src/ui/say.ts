// One voice for the whole page: what is said here is shown for a moment and read out politely.

/** What stands on the screen anyway is only read out. */
export type Manner = "shown" | "read out";
type Listener = (text: string, manner: Manner) => void;

let listener: Listener | undefined;

export const say = (text: string, manner: Manner = "shown"): void => listener?.(text, manner);

export function listen(to: Listener): () => void {
  listener = to;
  return () => {
    listener = undefined;
  };
}
