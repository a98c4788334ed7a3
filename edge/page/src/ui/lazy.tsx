// A component whose code arrives when it is first shown.
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n.ts";

type Loaded<P> = { readonly kind: "loading" } | { readonly kind: "failed" } | { readonly kind: "ready"; readonly Part: ComponentType<P> };

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => JSX.Element {
  return function Lazy(props: P) {
    const [loaded, setLoaded] = useState<Loaded<P>>({ kind: "loading" });
    useEffect(() => {
      load().then(
        (Part) => setLoaded({ kind: "ready", Part }),
        () => setLoaded({ kind: "failed" }),
      );
    }, []);
    if (loaded.kind === "ready") return <loaded.Part {...props} />;
    return <p class="waiting" role="status">{loaded.kind === "failed" ? t("failure.offline") : t("loading")}</p>;
  };
}
