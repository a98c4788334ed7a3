// A text as a QR code, drawn as one path. What draws it is loaded with the first code shown.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/** The quiet zone that readers need (ISO/IEC 18004 asks for four modules). */
const QUIET = 4;

interface Drawing {
  readonly side: number;
  readonly path: string;
}

async function drawQr(text: string): Promise<Drawing> {
  const { generate } = await import("lean-qr/nano");
  const code = generate(text);
  let path = "";
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  }
  return { side: code.size + 2 * QUIET, path };
}

/** Its room is kept while it is drawn; where the drawing does not arrive, the link beside it still copies. */
export function Qr({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  useEffect(() => {
    drawQr(text).then(setDrawing, () => undefined);
  }, [text]);
  if (drawing === null) return <div class="qr" />;
  return (
    <svg class="qr" data-testid="qr" role="img" aria-label={label} viewBox={`0 0 ${drawing.side} ${drawing.side}`} shape-rendering="crispEdges">
      <rect width={drawing.side} height={drawing.side} fill="#fff" />
      <path d={drawing.path} fill="#111" />
    </svg>
  );
}
