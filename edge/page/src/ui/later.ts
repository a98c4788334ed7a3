// What is shown only once something is opened or asked: one chunk, with its own words and its own style.
import style from "mayfly-style";
import words from "mayfly-words/later";
import { learn } from "../i18n.ts";
// Runs nothing anew. It makes all of the first screen's code shared with this chunk, so that the first load is one file, packed as one.
import "../main.tsx";

export { Dialogs } from "./Dialogs.tsx";
export { View } from "./message/View.tsx";

learn("en", words);
const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets.push(sheet);
