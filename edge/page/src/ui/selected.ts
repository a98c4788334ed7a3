// Which message is open. It is a step in the tab's history, so that «back» closes it; the address bar never tells which.
import { useEffect, useState } from "preact/hooks";

interface Step {
  readonly message?: string;
}

export function useSelected(): [string | null, (id: string | null) => void] {
  const [selected, setSelected] = useState<string | null>(null);
  useEffect(() => {
    const onPop = (event: PopStateEvent) => setSelected((event.state as Step | null)?.message ?? null);
    window.addEventListener("popstate", onPop);
    return () => window.removeEventListener("popstate", onPop);
  }, []);
  const select = (id: string | null) => {
    const step = history.state as Step | null;
    if (id === null) {
      setSelected(null);
      if (step?.message !== undefined) history.back();
    } else {
      setSelected(id);
      if (step?.message === undefined) history.pushState({ message: id }, "");
      else history.replaceState({ message: id }, "");
    }
  };
  return [selected, select];
}
