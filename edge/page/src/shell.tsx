// The first drawing, as HTML: what is seen before any script has run. Run by the build, never by the page.
import { renderToString } from "preact-render-to-string";
import en from "mayfly-words/first";
import { speak } from "./i18n.ts";
import { App, type Actions } from "./ui/App.tsx";

export function shell(): string {
  speak("en", en);
  return renderToString(<App state={{ kind: "starting" }} actions={{} as Actions} />);
}
