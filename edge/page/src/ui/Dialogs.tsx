// What is asked in a dialog of its own: another address, the private link, erasing, the shortcuts, mail that did not come. Loaded when first asked.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { listDomains } from "../api.ts";
import { t } from "../i18n.ts";
import { setShortcuts, type Shortcuts } from "../session.ts";
import type { Dialog } from "./Address.tsx";
import type { Actions } from "./App.tsx";
import { CopyButton } from "./CopyButton.tsx";
import { failureText } from "./failure.tsx";
import { Missed } from "./Missed.tsx";
import { Modal } from "./Modal.tsx";
import { Qr } from "./Qr.tsx";
import { say } from "./say.ts";

interface Props {
  readonly dialog: Dialog;
  readonly messages: number;
  readonly domain: string;
  readonly actions: Actions;
  readonly switched: Shortcuts;
  readonly onSwitch: (to: Shortcuts) => void;
  readonly onClose: () => void;
}

export function Dialogs(props: Props): JSX.Element | null {
  switch (props.dialog) {
    case "none":
      return null;
    case "change":
      return <Change {...props} />;
    case "share":
      return <Share {...props} />;
    case "erase":
      return <Erase {...props} />;
    case "keys":
      return <Keys {...props} />;
    case "missed":
      return <Missed {...props} />;
  }
}

function Change({ messages, domain, actions, onClose }: Props): JSX.Element {
  const [name, setName] = useState("");
  const [at, setAt] = useState(domain);
  const [domains, setDomains] = useState<readonly string[]>(domain ? [domain] : []);
  const [old, setOld] = useState<"keep" | "erase">("erase");
  const [asking, setAsking] = useState<{ readonly kind: "idle" | "asking" } | { readonly kind: "refused"; readonly why: string }>({ kind: "idle" });
  useEffect(() => {
    void listDomains().then((answer) => {
      if (answer.kind === "ok") setDomains(answer.value.domains.map((one) => one.name));
    });
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setAsking({ kind: "asking" });
    const wanted = name.trim().toLowerCase();
    const made = await actions.change({ ...(wanted ? { name: wanted } : {}), ...(at !== domain || wanted ? { domain: at } : {}) }, old);
    if (made.kind === "failed") return setAsking({ kind: "refused", why: failureText(made.failure) });
    say(t("change.done"));
    onClose();
  };
  return (
    <Modal title={t("change.title")} onClose={onClose} testid="change-dialog">
      <form onSubmit={submit}>
        <label for="name">{t("change.name")}</label>
        <input id="name" data-testid="name" dir="ltr" autocomplete="off" autocapitalize="none" spellcheck={false} minLength={3} maxLength={40} aria-describedby="name-hint" value={name} onInput={(event) => setName(event.currentTarget.value)} />
        <p class="hint" id="name-hint">{t("change.name.hint")}</p>
        {domains.length > 1 && (
          <>
            <label for="domain">{t("change.domain")}</label>
            <select id="domain" data-testid="domain" value={at} onChange={(event) => setAt(event.currentTarget.value)}>
              {domains.map((one) => <option key={one} value={one}>@{one}</option>)}
            </select>
          </>
        )}
        {messages > 0 && <p class="warning" data-testid="change-warning">{t("change.warning", { n: messages })}</p>}
        <label class="check">
          <input type="checkbox" data-testid="erase-old" checked={old === "erase"} onChange={(event) => setOld(event.currentTarget.checked ? "erase" : "keep")} />
          {t("change.erase")}
        </label>
        <p class="trouble" role="alert">{asking.kind === "refused" ? asking.why : ""}</p>
        <div class="actions">
          <button type="submit" class="primary" data-testid="change-confirm" disabled={asking.kind === "asking"}>{t("change.do")}</button>
          <button type="button" data-testid="cancel" onClick={onClose}>{t("cancel")}</button>
        </div>
      </form>
    </Modal>
  );
}

function Share({ actions, onClose }: Props): JSX.Element {
  return (
    <Modal title={t("share.title")} onClose={onClose} testid="share-dialog">
      <p>{t("share.what")}</p>
      <Qr text={actions.link} label={t("share.qr")} />
      <p class="warning">{t("share.warning")}</p>
      <div class="actions">
        <CopyButton class="primary" text={actions.link} said={t("share.copied")} testid="copy-link">{t("share.copy")}</CopyButton>
        <button type="button" data-testid="cancel" onClick={onClose}>{t("close")}</button>
      </div>
    </Modal>
  );
}

function Erase({ messages, actions, onClose }: Props): JSX.Element {
  const [trouble, setTrouble] = useState("");
  const erase = async () => {
    const done = await actions.erase();
    if (done.kind === "failed") return setTrouble(failureText(done.failure));
    say(t("ended.erased"), "read out");
    onClose();
  };
  return (
    <Modal title={t("erase.title")} onClose={onClose} testid="erase-dialog">
      <p>{t("erase.what", { n: messages })}</p>
      <p class="trouble" role="alert">{trouble}</p>
      <div class="actions">
        <button type="button" class="primary danger" data-testid="erase-confirm" onClick={erase}>{t("erase.do")}</button>
        <button type="button" data-testid="cancel" onClick={onClose}>{t("cancel")}</button>
      </div>
    </Modal>
  );
}

function Keys({ switched, onSwitch, onClose }: Props): JSX.Element {
  const flip = (to: Shortcuts) => {
    setShortcuts(to);
    onSwitch(to);
  };
  const rows = [["c", t("keys.c")], ["n", t("keys.n")], ["j", t("keys.j")], ["k", t("keys.k")], ["Enter", t("keys.enter")], ["Esc", t("keys.esc")], ["?", t("keys.help")]] as const;
  return (
    <Modal title={t("keys.title")} onClose={onClose} testid="keys-dialog">
      <dl class="keys">
        {rows.map(([key, deed]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{deed}</dd></div>)}
      </dl>
      <label class="check">
        <input type="checkbox" data-testid="shortcuts" checked={switched === "on"} onChange={(event) => flip(event.currentTarget.checked ? "on" : "off")} />
        {t("keys.switch")}
      </label>
      <div class="actions"><button type="button" class="primary" data-testid="cancel" onClick={onClose}>{t("close")}</button></div>
    </Modal>
  );
}
