// The one screen. Draws the state it is given and passes on what the person does.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Failure, Mail, State } from "../inbox.ts";
import { t } from "../i18n.ts";
import type { Service } from "../service.ts";
import { shortcuts } from "../session.ts";
import { Address, type Dialog } from "./Address.tsx";
import { copyAndSay } from "./CopyButton.tsx";
import { Failed, failureText } from "./failure.tsx";
import { Mayfly } from "./icons.tsx";
import { moveInList, useShortcuts } from "./keys.ts";
import { lazy } from "./lazy.tsx";
import { Lifetime } from "./Lifetime.tsx";
import { List, senderOf } from "./List.tsx";
import { listen, say, type Manner } from "./say.ts";
import { StateLine } from "./StateLine.tsx";
import { useSelected } from "./selected.ts";

export type Actions = Pick<Service, "start" | "create" | "change" | "extend" | "erase" | "deleteMessage" | "content" | "deliveries" | "raw" | "read" | "expire"> & { readonly link: string };

const View = lazy(async () => (await import("./later.ts")).View);
const Dialogs = lazy(async () => (await import("./later.ts")).Dialogs);

export function App({ state, actions }: { readonly state: State; readonly actions: Actions }): JSX.Element {
  const [dialog, setDialog] = useState<Dialog>("none");
  const [selected, select] = useSelected();
  const [switched, setSwitched] = useState(shortcuts);
  const open = state.kind === "open" ? state : undefined;
  const mail: Mail = open?.mail ?? { kind: "unknown" };
  const entry = mail.kind === "known" ? mail.entries.find((one) => one.id === selected) : undefined;
  const close = () => select(null);
  useReturn(selected);
  useNews(mail, entry ? "shown" : "read out");
  useShortcuts(switched, {
    c: () => open && void copyAndSay(open.inbox.address, t("address.copied")),
    n: () => open && setDialog("change"),
    j: () => moveInList(1),
    k: () => moveInList(-1),
    Escape: close,
    "?": () => setDialog("keys"),
  });
  const openMessage = (id: string) => {
    actions.read(id);
    select(id);
  };
  return (
    <>
      <header>
        <h1 class="brand"><Mayfly />Mayfly</h1>
        {open && <StateLine link={open.link} />}
      </header>
      <main data-open={entry ? "" : undefined}>
        {state.kind === "failed" || state.kind === "ended" ? (
          <Without state={state} actions={actions} />
        ) : (
          <Side open={open} mail={mail} selected={selected} actions={actions} onOpen={openMessage} onDialog={setDialog} />
        )}
        {entry?.kind === "open" && <View key={entry.id} entry={entry} actions={actions} onClose={close} />}
      </main>
      <footer>
        <p>{t("promise")}</p>
        <button type="button" class="quiet" data-testid="keys" onClick={() => setDialog("keys")}>{t("keys.title")}</button>
      </footer>
      {dialog !== "none" && (
        <Dialogs
          dialog={dialog}
          messages={mail.kind === "known" ? mail.entries.length : 0}
          domain={open?.inbox.domain ?? ""}
          actions={actions}
          switched={switched}
          onSwitch={setSwitched}
          onClose={() => setDialog("none")}
        />
      )}
      <Announcer />
    </>
  );
}

const report = (failure: Failure) => say(failureText(failure));

/** What stands where there is no inbox: why, and the way on. */
function Without({ state, actions }: { readonly state: Extract<State, { kind: "failed" | "ended" }>; readonly actions: Actions }): JSX.Element {
  const startNew = async () => {
    const made = await actions.create({});
    if (made.kind === "failed") report(made.failure);
  };
  if (state.kind === "failed") return <Failed failure={state.failure} onRetry={() => void actions.start()} onNew={startNew} />;
  return (
    <section class="notice" data-testid="ended" data-how={state.how}>
      <Mayfly />
      <h2>{t(`ended.${state.how}`)}</h2>
      <p>{t("ended.why")}</p>
      <button type="button" class="primary" data-testid="new-address" onClick={startNew}>{t("new")}</button>
    </section>
  );
}

interface SideProps {
  readonly open: Extract<State, { kind: "open" }> | undefined;
  readonly mail: Mail;
  readonly selected: string | null;
  readonly actions: Actions;
  readonly onOpen: (id: string) => void;
  readonly onDialog: (dialog: Dialog) => void;
}

/** The address, its day, and the list; drawn before there is an inbox too, so that nothing moves when it comes. */
function Side({ open, mail, selected, actions, onOpen, onDialog }: SideProps): JSX.Element {
  const extend = async () => {
    const done = await actions.extend();
    if (done.kind === "ok") say(t("life.extended"));
    else report(done.failure);
  };
  return (
    <div class="side">
      <section class="card" aria-labelledby="address-label">
        <Address address={open?.inbox.address ?? ""} onDialog={onDialog} />
        <Lifetime inbox={open?.inbox} onExtend={extend} onErase={() => onDialog("erase")} onOver={() => void actions.expire()} />
      </section>
      <section class="inbox" aria-labelledby="inbox-label">
        <h2 class="label" id="inbox-label">{t("list.label")}</h2>
        <List mail={mail} selected={selected} onOpen={onOpen} />
        {open && open.missed.length > 0 && (
          <button type="button" class="quiet missed" data-testid="missed" onClick={() => onDialog("missed")}>{t("missed", { n: open.missed.length })}</button>
        )}
      </section>
    </div>
  );
}

/** Says what came, and writes the number of unread messages into the title. */
function useNews(mail: Mail, manner: Manner): void {
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    if (mail.kind === "unknown") {
      known.current = null;
      document.title = t("title");
      return;
    }
    document.title = mail.unread.size > 0 ? `(${mail.unread.size}) ${t("title")}` : t("title");
    const before = known.current;
    known.current = new Set(mail.entries.map((entry) => entry.id));
    const fresh = before === null ? undefined : mail.entries.find((entry) => !before.has(entry.id));
    if (fresh === undefined) return;
    if (fresh.kind === "closed") return say(t("closed.subject"), manner);
    const from = senderOf(fresh);
    const code = fresh.summary.codes[0];
    say(code === undefined ? t("news", { from }) : t("news.code", { from, code }), manner);
  }, [mail]);
}

/** When a message is closed, the focus goes back to where it was opened. */
function useReturn(selected: string | null): void {
  const before = useRef(selected);
  useEffect(() => {
    if (selected === null && before.current !== null) document.querySelector<HTMLElement>(`[data-id="${CSS.escape(before.current)}"] .row`)?.focus();
    before.current = selected;
  }, [selected]);
}

function Announcer(): JSX.Element {
  const [said, setSaid] = useState<{ readonly text: string; readonly manner: Manner }>({ text: "", manner: "read out" });
  useEffect(() => {
    let timer = 0;
    const deaf = listen((text, manner) => {
      clearTimeout(timer);
      setSaid({ text, manner });
      timer = window.setTimeout(() => setSaid({ text: "", manner: "read out" }), 5000);
    });
    return () => {
      clearTimeout(timer);
      deaf();
    };
  }, []);
  return <div class={said.manner === "shown" ? "said" : "unseen"} role="status" data-testid="announce">{said.text !== "" && <span dir="auto">{said.text}</span>}</div>;
}
