"""Signs messages with dkimpy, spoils some, and says what dkimpy thinks of each.

Reads {"rsa": PEM, "rsa_public": base64, "ed25519": seed in base64} and writes {"now": seconds, "keys": {name: record},
"messages": [{"name", "message": base64, "dkim": whether the topmost signature holds, "arc": none | pass | fail}]}.
"""

import base64
import json
import sys
import time

import dkim
import nacl.encoding
import nacl.signing

given = json.load(sys.stdin)
seed = base64.b64decode(given["ed25519"])
public = nacl.signing.SigningKey(seed).verify_key.encode(nacl.encoding.Base64Encoder).decode()
keys = {
    "rsa._domainkey.shop.example": "v=DKIM1; k=rsa; p=" + given["rsa_public"],
    "bare._domainkey.shop.example": "p=" + given["rsa_public"],
    "ed._domainkey.shop.example": "v=DKIM1; k=ed25519; p=" + public,
    "gone._domainkey.shop.example": "v=DKIM1; k=rsa; p=",
}
private = {"rsa": given["rsa"].encode(), "bare": given["rsa"].encode(), "gone": given["rsa"].encode(),
           "absent": given["rsa"].encode(), "ed": base64.b64encode(seed)}
forms = [(header, body) for header in (b"simple", b"relaxed") for body in (b"simple", b"relaxed")]

head = (b"Received: from a.example by b.example;\r\n\tMon, 23 Nov 2026 20:54:00 +0000\r\n"
        b"From: Anna  Anders <anna@shop.example>\r\nTo: ben@mayfly.test\r\n"
        b"Subject: A  subject\t that is\r\n  folded \r\nDATE: Mon, 23 Nov 2026 20:54:00 +0000\r\n"
        b"List-Id: one\r\nList-Id: two\r\nMessage-ID: <1@shop.example>\r\nCc:\r\n\r\n")

# No body ends in white space without a line break: mail does not, and dkimpy keeps it where RFC 6376 does not.
bodies = {
    "plain": b"Hello Ben,\r\nyour code is 123456.\r\n",
    "empty": b"",
    "one empty line": b"\r\n",
    "empty lines": b"\r\n\r\n\r\n",
    "empty lines at the end": b"Hello.\r\n\r\n\r\n",
    "white lines at the end": b"Hello.\r\n \r\n\t \r\n",
    "white line alone": b" \r\n",
    "white lines alone": b" \t\r\n\t\r\n",
    "white and empty lines at the end": b"Hello.\r\n\r\n \t\r\n\r\n  \r\n\r\n",
    "white lines within": b"Hello,\r\n  \r\n\t\r\nBen.\r\n",
    "no line break at the end": b"Hello.",
    "white space at lines' ends": b"Hello, \r\nBen.\t\r\n",
    "white space within lines": b"Hello,  \t Ben.\tYour  code:\t\t1 2\r\n",
    "white space at lines' beginnings": b" Hello,\r\n\tBen.\r\n   Bye.\r\n",
    "empty lines first": b"\r\n\r\nHello.\r\n",
    "eight bits": "Grüße, 世界\r\n".encode(),
    "dots": b".\r\n..\r\n...\r\n",
    "a long line": b"a " * 5000 + b"\r\n",
    "long": b"".join(b"Line %d  of many \r\n" % n for n in range(4000)),
}


def records(name, timeout=5):
    name = name.decode() if isinstance(name, bytes) else name
    record = keys.get(name.rstrip("."))
    return record.encode() if record is not None else None


def signed(message, selector="rsa", form=(b"relaxed", b"relaxed"), **more):
    algorithm = b"ed25519-sha256" if selector == "ed" else b"rsa-sha256"
    field = dkim.sign(message, selector.encode(), b"shop.example", private[selector], canonicalize=form,
                      signature_algorithm=algorithm, **more)
    return field + message


messages = []


def judged(name, message):
    try:
        holds = bool(dkim.DKIM(message).verify(dnsfunc=records))
    except Exception:
        holds = False
    chain = dkim.arc_verify(message, dnsfunc=records)[0]
    chain = {b"none": "none", b"pass": "pass"}.get(chain, "fail")
    messages.append({"name": name, "message": base64.b64encode(message).decode(), "dkim": holds, "arc": chain})


def spoiled(name, message):
    """What happens to mail on its way, by accident or not."""
    changes = {
        "another subject": (b"Subject: A", b"Subject: B"),
        "white space in the subject": (b"Subject: A  ", b"Subject:  A "),
        "a subject in capitals": (b"Subject:", b"SUBJECT:"),
        "a subject unfolded": (b"that is\r\n  folded", b"that is folded"),
        "another body": (b"123456", b"123457"),
        "white space in the body": (b"your code", b"your  code"),
        "a line more": (b"123456.\r\n", b"123456.\r\nBye.\r\n"),
        "an empty line more": (b"123456.\r\n", b"123456.\r\n\r\n"),
        "a white line more": (b"123456.\r\n", b"123456.\r\n \r\n"),
        "another author before": (b"From: Anna", b"From: Eve <eve@evil.example>\r\nFrom: Anna"),
        "another author after": (b"To: ben", b"From: Eve <eve@evil.example>\r\nTo: ben"),
        "lists in another order": (b"List-Id: one\r\nList-Id: two", b"List-Id: two\r\nList-Id: one"),
        "a field more": (b"To: ben", b"Comments: hello\r\nTo: ben"),
        "another domain": (b"d=shop.example", b"d=mall.example"),
        "another selector": (b"s=rsa", b"s=bare"),
        "another key": (b"s=rsa", b"s=ed"),
        "another way": (b"a=rsa-sha256", b"a=rsa-sha1"),
        "another version": (b"v=1", b"v=2"),
        "no version": (b"v=1; ", b""),
        "another signature": (b" b=", b" b=A"),
        "another hash": (b"bh=", b"bh=AAAA"),
        "a tag twice": (b"d=shop.example", b"d=shop.example; d=shop.example"),
        "a foreign name": (b"d=shop.example", b"d=shop.example; i=@mall.example"),
    }
    for change, (old, new) in changes.items():
        if old in message:
            judged(f"{name}, {change}", message.replace(old, new, 1))


for selector in ("rsa", "ed"):
    for form in forms:
        shown = f"{selector}, {form[0].decode()}/{form[1].decode()}"
        for name, body in bodies.items():
            judged(f"{shown}, {name}", signed(head + body, selector, form))
        spoiled(shown, signed(head + bodies["plain"], selector, form))
        judged(f"{shown}, in part", signed(head + bodies["plain"], selector, form, length=True))
        judged(f"{shown}, in part and more", signed(head + bodies["plain"], selector, form, length=True) + b"More.\r\n")
        judged(f"{shown}, more than there is",
               signed(head + bodies["plain"], selector, form, length=True).replace(b"l=3", b"l=9", 1))
for selector in ("bare", "gone", "absent"):
    judged(f"{selector} key", signed(head + bodies["plain"], selector))
judged("of someone below", signed(head + bodies["plain"], identity=b"anna@mail.shop.example"))
judged("twice", signed(signed(head + bodies["plain"], "ed"), "rsa"))
judged("not signed", head + bodies["plain"])


def sealed(message, selector, before):
    algorithm = b"ed25519-sha256" if selector == "ed" else b"rsa-sha256"
    results = b"Authentication-Results: list.example; arc=" + before + b"; dkim=pass header.d=shop.example\r\n"
    fields = dkim.arc_sign(results + message, selector.encode(), b"shop.example", private[selector], b"list.example",
                           signature_algorithm=algorithm)
    return b"".join(fields) + message


chain = sealed(signed(head + bodies["plain"]), "rsa", b"none")
judged("a chain of one", chain)
longer = sealed(sealed(chain, "rsa", b"pass"), "rsa", b"pass")
judged("a chain of three", longer)
judged("a chain of three, another body", longer.replace(b"123456", b"123457"))
judged("a chain of three, another subject", longer.replace(b"Subject: A", b"Subject: B"))
judged("a chain of three, an older result changed", longer[::-1].replace(b"ssap=mikd", b"liaf=mikd", 1)[::-1])
judged("a chain of three, one seal gone", longer.replace(b"ARC-Seal: i=2", b"X-Seal: i=2", 1))
judged("a chain of three, numbered anew", longer.replace(b"ARC-Seal: i=2", b"ARC-Seal: i=1", 1))
judged("a chain of three, an older seal changed", longer.replace(b"ARC-Seal: i=1; cv=none", b"ARC-Seal: i=1; cv=pass", 1))
judged("a chain that says it failed", sealed(chain, "rsa", b"fail"))

json.dump({"now": int(time.time()), "keys": keys, "messages": messages}, sys.stdout)
