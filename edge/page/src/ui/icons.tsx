// The page's few icons, drawn in the colour of the text beside them; never the only name of a control.
import type { JSX } from "preact";

const icon = (path: string) => (): JSX.Element => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={path} />
  </svg>
);

export const CopyIcon = icon("M9 9h10v11H9zM5 15V4h10");
export const DoneIcon = icon("M4.5 12.5l5 5 10-11");
export const ChangeIcon = icon("M19.5 9A8 8 0 0 0 5 7.5M4.5 15A8 8 0 0 0 19 16.5M5 3v4.5h4.5M19 21v-4.5h-4.5");
export const ShareIcon = icon("M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 20v-2");
export const DeleteIcon = icon("M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13");
export const BackIcon = icon("M14.5 5l-7 7 7 7");
export const OutIcon = icon("M8 16L18 6M10 6h8v8");
export const ClipIcon = icon("M18 11l-6.5 6.5a3.5 3.5 0 0 1-5-5L13.5 5.5a2.4 2.4 0 0 1 3.4 3.4L10 15.8");
export const SaveIcon = icon("M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14");

export const Mayfly = (): JSX.Element => (
  <svg class="mayfly" viewBox="0 0 32 32" aria-hidden="true">
    <path class="wing" d="M19.500 17C14.500 13 11.500 7.500 12 2c5 2.500 8.500 8 8.500 14.500zM20.500 16.500C20.300 11 22 6.500 25.500 3.500c1.500 5 0 9.500-4 13z" />
    <path class="body" d="M26 17.500c-3.500-2-7-1.500-10.500.5S10 22.500 6.500 21.500M6.500 21.500C4 20 3 17.500 3 14M6.500 21.500C3.500 21.500 1.800 20 .8 17.500M6.500 21.500c-2 .8-3.800.6-5.500-.5M23 18c1.500 1.800 3 2.800 5 3M20.500 18c.5 2.500 1.800 4.500 4 5.500M18 18.500c-.3 2.500.2 4.800 1.500 7M26 17.500l2.500-1.500" />
  </svg>
);
