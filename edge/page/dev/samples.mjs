// Mail to look at: what the origin would have read out of each message, and the message itself.

const auth = (verdict) => ({ spf: verdict, dkim: verdict, dmarc: verdict, tls: verdict === "pass" ? "TLSv1.3" : null });
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs-9AAAAFUlEQVR42mNk-M9Qz0AEYBxVSF-FAAhKDveksOjmAAAAAElFTkSuQmCC";
const FILE = Buffer.from("%PDF-1.4 a small file, octet for octet\u0000\u0001\u00ff", "latin1");

function message(from, subject, text, html, more = {}) {
  const file = FILE.toString("base64");
  const before =
    `From: ${from.name} <${from.address}>\r\nSubject: ${subject}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n` +
    `--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n--b\r\nContent-Type: application/pdf; name="invoice.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
  const raw = Buffer.from(`${before}${file}\r\n--b--\r\n`);
  const attachments = more.attached ? [{ n: 0, filename: "invoice.pdf", content_type: "application/pdf", size: FILE.length }] : [];
  return {
    raw,
    summary: { from, subject, snippet: text.replace(/\s+/g, " ").slice(0, 200), codes: more.codes ?? [], links: more.links ?? [], auth: auth(more.verdict ?? "pass"), attachments },
    content: {
      text,
      html,
      inline: [{ cid: "logo@sample", content_type: "image/png", data: PIXEL }],
      attachments: attachments.map((it) => ({ ...it, offset: Buffer.byteLength(before), length: file.length, encoding: "base64" })),
      headers: [{ name: "From", value: `${from.name} <${from.address}>` }, { name: "Subject", value: subject }, { name: "Date", value: "Mon, 23 Nov 2026 09:12:00 +0000" }, { name: "Message-ID", value: "<20261123091200.1.a@sample.example>" }],
    },
  };
}

const NEWSLETTER = `<!doctype html><html><head><style>body{background:#eef2f7;font-family:Georgia,serif;margin:0}.w{max-width:560px;margin:24px auto;background:#fff;border-radius:8px;padding:28px;color:#22303c}h1{color:#20466b;margin-top:0}.b{display:inline-block;background:#20466b;color:#fff;padding:12px 22px;border-radius:6px;text-decoration:none}</style></head>
<body><div class="w"><img src="cid:logo@sample" width="48" height="48" alt="Logo"><h1>Harbour Notes, week 47</h1><p>The tide tables for December are out, and the old lighthouse opens again on Sunday. Bring gloves.</p>
<img src="https://images.harbour.example/lighthouse.jpg" width="500" height="180" alt="The lighthouse at dusk"><p>Until next week, and keep dry.</p><p><a class="b" href="https://harbour.example/week/47">Read on</a></p><form action="https://evil.example"><input name=q></form></div></body></html>`;

export function samples(name, html) {
  switch (name) {
    case "html":
      return message({ name: "Probe", address: "probe@sample.example" }, "A probe", "text", html);
    case "link":
      return message({ name: "Meadow", address: "hello@meadow.example" }, "Confirm your e-mail address", "Welcome to Meadow. Confirm that this address is yours: https://accounts.meadow.example/confirm?t=8f2c1d", null, { links: ["https://accounts.meadow.example/confirm?t=8f2c1d"] });
    case "newsletter":
      return message({ name: "Harbour Notes", address: "notes@harbour.example" }, "Week 47: the lighthouse opens again", "The tide tables for December are out, and the old lighthouse opens again on Sunday.\n\nhttps://harbour.example/week/47", NEWSLETTER, { attached: "yes" });
    case "rtl":
      return message({ name: "بريد المساء", address: "noreply@masa.example" }, "رمز الدخول الخاص بك", "رمزك هو 7719. لا تشاركه مع أحد.", null, { codes: ["7719"] });
    case "fail":
    case "damaged":
      return message({ name: "Your Bank", address: "security@bank-login.example" }, "Urgent: your account will be closed today unless you verify your details right now", "Dear customer, we noticed something. Click here.", null, { verdict: "fail" });
    case "long":
      return message({ name: "", address: "a-very-long-sender-name-without-any-break@subdomain.of.some.long.domain.example" }, "", "x".repeat(190), null, { codes: ["Q7XK-22PM-9VTA", "445566"], links: ["https://xn--80ak6aa92e.example/very/long"] });
    default:
      return message({ name: "Orchard", address: "no-reply@orchard.example" }, "Your sign-in code is 482 913", "Use 482 913 to sign in to Orchard. It works for ten minutes. If you did not ask for it, ignore this message.", "<p>Use <b>482 913</b> to sign in to Orchard.</p><p>It works for ten minutes.</p>", { codes: ["482 913"] });
  }
}
