// The address, large, and what can be done with it.
import type { JSX } from "preact";
import { t } from "../i18n.ts";
import { CopyButton } from "./CopyButton.tsx";
import { ChangeIcon, ShareIcon } from "./icons.tsx";

export type Dialog = "none" | "change" | "share" | "erase" | "keys" | "missed";

interface Props {
  /** Empty while there is none yet: the same room is kept for it. */
  readonly address: string;
  readonly onDialog: (dialog: Dialog) => void;
}

export function Address({ address, onDialog }: Props): JSX.Element {
  const at = address.lastIndexOf("@");
  return (
    <>
      <h2 class="label" id="address-label">{t("address.label")}</h2>
      <p class="address" aria-labelledby="address-label">
        {address === "" ? (
          <span class="drawing">{t("address.drawing")}</span>
        ) : (
          <bdi dir="ltr" data-testid="address">
            <span class="local">{address.slice(0, at)}</span>
            <span class="domain">{address.slice(at)}</span>
          </bdi>
        )}
      </p>
      <div class="actions">
        <CopyButton class="primary" text={address} said={t("address.copied")} testid="copy">{t("address.copy")}</CopyButton>
        <button type="button" data-testid="change" disabled={address === ""} onClick={() => onDialog("change")}>
          <ChangeIcon />{t("change")}
        </button>
        <button type="button" data-testid="share" disabled={address === ""} onClick={() => onDialog("share")}>
          <ShareIcon />{t("share")}
        </button>
      </div>
    </>
  );
}
