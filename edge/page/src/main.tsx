// Where the page begins: language, service, first drawing. Inbox and Wasm do not wait for the words.
import { hydrate, render } from "preact";
import { LOCALES } from "mayfly-locales";
import en from "mayfly-words/first";
import { negotiate, speak } from "./i18n.ts";
import { Service } from "./service.ts";
import { App } from "./ui/App.tsx";

const service = new Service();
const opened = service.start();
const root = document.getElementById("page") as HTMLElement;

const language = negotiate(navigator.languages, ["en", ...Object.keys(LOCALES)]) ?? "en";
const words = LOCALES[language];
if (words === undefined) {
  speak("en", en);
  run(hydrate);
} else {
  // A locale that does not arrive leaves the page in English.
  void words().then(
    (messages) => {
      speak(language, messages);
      document.documentElement.lang = language;
    },
    () => speak("en", en),
  ).then(() => {
    root.textContent = "";
    run(render);
  });
}

function run(first: typeof render): void {
  const draw = () => render(<App state={service.state} actions={service} />, root);
  // The first drawing must equal the pre-rendered one; what has happened since is drawn right after.
  first(<App state={first === hydrate ? { kind: "starting" } : service.state} actions={service} />, root);
  service.watch(draw);
  draw();
  // A private link pasted into this very tab changes only the fragment.
  window.addEventListener("hashchange", () => location.hash !== "" && void service.start());
  void opened;
}
