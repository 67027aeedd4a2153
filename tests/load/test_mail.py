"""What is read of a message: each text once, in order, and every attachment or its name."""

from __future__ import annotations

import base64
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from quoth.load.registry import load_document

Write = Callable[[str, str | bytes], Path]

CLOSING = "Please think of the trees before you print this message."


def mail(*parts: str, kind: str = "mixed") -> str:
    """Return a message with these parts, each with its own fields."""
    body = "".join(f"--cut\n{part}\n" for part in parts)
    head = f'From: a@example.org\nSubject: S\nContent-Type: multipart/{kind}; boundary="cut"\n'
    return f"{head}MIME-Version: 1.0\n\n{body}--cut--\n"


def plain(text: str, *, more: str = "") -> str:
    return f"Content-Type: text/plain; charset=utf-8{more}\n\n{text}"


def html(text: str) -> str:
    return f"Content-Type: text/html; charset=utf-8\n\n{text}"


def body(path: Path) -> str:
    return load_document(path).pages[0].text.partition("\n\n")[2]


def test_texts_of_both_kinds_are_read_in_their_order(write: Write) -> None:
    path = write("a.eml", mail(html("<p>The kiln costs 840 €.</p>"), plain(CLOSING)))
    assert body(path) == f"The kiln costs 840 €.\n\n{CLOSING}"
    path = write("b.eml", mail(plain("Before."), html("<b>Between.</b>"), plain("After.")))
    assert body(path) == "Before.\n\nBetween.\n\nAfter."
    nested = mail(plain("One."), html("<p>One.</p>"), kind="alternative").partition("\n")[2]
    nested = nested.partition("\n")[2].replace("cut", "inner")
    path = write("c.eml", mail(nested, plain(CLOSING)))
    assert body(path) == f"One.\n\n{CLOSING}"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("The ferry leaves at six.", "<p>The <b>ferry</b> leaves at six.</p>"), None),
        (("This program cannot show it.", "<p>The ferry leaves at six.</p>"), None),
        (("", "<p>The ferry leaves at six.</p>"), None),
        (("The ferry leaves at six.", "<img src='cid:1'>"), None),
        (
            ("Pier 4 One 7", "<table><tr><th>Pier</th><th>Fare</th></tr><td>4<td>7</table>"),
            "Pier | Fare\n4 | 7",
        ),
        (
            ("Ring the bell at the lower gate.", "<p>The dog bites.</p>"),
            "Ring the bell at the lower gate.\n\nThe dog bites.",
        ),
    ],
)
def test_of_alternatives_the_fullest_is_read(
    write: Write, texts: tuple[str, str], expected: str | None
) -> None:
    path = write("a.eml", mail(plain(texts[0]), html(texts[1]), kind="alternative"))
    assert body(path) == (expected or "The ferry leaves at six.")


def test_a_part_without_a_name_is_read_or_named(write: Write) -> None:
    parts = [
        plain("See below."),
        'Content-Type: application/json\n\n{"gate": 7}',
        "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\nAAECAwQFBgc=",
    ]
    document = load_document(write("a.eml", mail(*parts)))
    assert [page.text for page in document.pages[1:]] == ["Attachment: application/json\n\ngate: 7"]
    assert document.notes[0].startswith("The attachment application/octet-stream was not read")


def test_a_message_whose_parts_have_no_borders_is_read(write: Write) -> None:
    source = mail(plain("The ferry is late.")).replace("--cut", "")
    assert "The ferry is late." in body(write("a.eml", source))


def test_a_message_of_apple_mail_has_a_count_and_facts(write: Write) -> None:
    message = "From: a@example.org\nSubject: Oars\n\nThe oars cost 40 €.\n"
    facts = '<?xml version="1.0"?><plist><dict><key>flags</key></dict></plist>'
    document = load_document(write("1.emlx", f"{len(message.encode())}\n{message}{facts}"))
    assert document.title == "Oars"
    assert document.pages[0].text.endswith("\n\nThe oars cost 40 €.")


def test_flowed_lines_are_one_paragraph(write: Write) -> None:
    text = plain("The bridge is \nclosed.\n\n-- \nAda", more="; format=flowed")
    assert body(write("a.eml", mail(text))) == "The bridge is closed.\n\n--\nAda"


@pytest.mark.parametrize(
    ("more", "text", "expected"),
    [
        ("", "> The bridge is \n> closed.\nWhy?", "> The bridge is closed.\nWhy?"),
        ("", "> The bridge is \n>> closed.", "> The bridge is\n>> closed."),
        ("; delsp=yes", "\u6a4b\u306f \n\u9589\u9396", "\u6a4b\u306f\u9589\u9396"),
    ],
)
def test_flowed_lines_go_on_within_their_quote(
    write: Write, more: str, text: str, expected: str
) -> None:
    message = mail(plain(text, more=f"; format=flowed{more}"))
    assert body(write("a.eml", message)) == expected


def test_invitations_and_attached_messages_are_read_and_other_things_named(write: Write) -> None:
    calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Inspection\nEND:VEVENT\nEND:VCALENDAR"
    inner = "From: b@example.org\nSubject: Permit 4-C\n\nTwo fires a year."
    document = load_document(
        write(
            "a.eml",
            mail(
                plain("See below."),
                f"Content-Type: message/rfc822\n\n{inner}",
                f"Content-Type: text/calendar; method=REQUEST\n\n{calendar}",
                'Content-Type: application/ms-tnef; name="winmail.dat"\n'
                f"Content-Transfer-Encoding: base64\n\n{base64.b64encode(bytes(40)).decode()}",
                "Content-Type: application/pgp-signature; name=signature.asc\n\nabc",
            ),
        )
    )
    assert "Permit 4-C" in document.pages[1].text
    assert "Inspection" in document.pages[2].text
    assert len(document.pages) == 3
    assert len(document.notes) == 1
    assert document.notes[0].startswith("The attachment winmail.dat was not read")


def test_a_mailbox_is_a_page_for_each_message(write: Write) -> None:
    messages = []
    for number, text in enumerate(["The alarm code is 5=5.", "From here on: Grüße."]):
        message = EmailMessage()
        message["Subject"], message["From"] = f"Number {number}", "a@example.org"
        message.set_content(text, cte=("quoted-printable", "base64")[number])
        messages.append(f"From a@example.org Mon Mar  2 10:00:0{number} 2026\n{message}\n")
    document = load_document(write("inbox.mbox", "".join(messages)))
    assert document.format == "mbox"
    assert [page.headings[0].title for page in document.pages] == ["Number 0", "Number 1"]
    assert document.pages[0].text.endswith("The alarm code is 5=5.")
    assert document.pages[1].text.endswith("From here on: Grüße.")
    assert load_document(write("Sent", "".join(messages))).format == "mbox"
    assert load_document(write("old.txt", "".join(messages))).format == "mbox"


def test_a_mailbox_says_once_what_its_messages_repeat(write: Write) -> None:
    texts = [
        "Is the weir open in May?",
        "> Is the weir open in May?\n> Or in a letter that was lost?\n\nFrom 3 May on.",
        "> > Is the weir open in May?\n> From 3 May on.\n\nThanks.",
    ]
    source = "".join(
        f"From a@example.org Mon Mar  2 10:00:00 2026\nSubject: Weir\n\n{text}\n\n{CLOSING}\n\n"
        for text in texts
    )
    pages = [
        page.text.partition("\n\n")[2] for page in load_document(write("w.mbox", source)).pages
    ]
    assert pages == [
        f"Is the weir open in May?\n\n{CLOSING}",
        "> Or in a letter that was lost?\n\nFrom 3 May on.",
        "Thanks.",
    ]


def test_a_saved_web_page_is_read_whatever_its_suffix(write: Write) -> None:
    page = html("<title>Locks</title><p>Lock 7 is 42 m wide.</p>")
    style = "Content-Type: text/css\n\np { color: red }"
    script = "Content-Type: application/javascript\nContent-Location: http://e.org/a.js\n\nrun();"
    source = mail(page, style, script, kind="related").replace("Subject: S\n", "")
    for name in ("a.mht", "a.doc", "a.mhtml"):
        document = load_document(write(name, source))
        assert document.title == "Locks"
        assert len(document.pages) == 1
        assert document.pages[0].text.endswith("\n\nLock 7 is 42 m wide.")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb2312", "朱镕基說：价格是三百元。"),
        ("ks_c_5601-1987", "똠방각하 가격은 삼백 원입니다."),
        ("iso-8859-1", "5 € – “Größe”"),
        ("iso-8859-9", "Işık 5 €"),
    ],
)
def test_a_charset_means_what_mail_programs_mean_by_it(
    write: Write, charset: str, text: str
) -> None:
    wider = {"gb2312": "gb18030", "ks_c_5601-1987": "cp949", "iso-8859-1": "cp1252"}
    head = f"From: a@example.org\nContent-Type: text/plain; charset={charset}\n\n"
    content = head.encode() + text.encode(wider.get(charset, "cp1254"))
    assert body(write("a.eml", content)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_field_that_is_not_encoded_is_read(write: Write, encoding: str) -> None:
    source = "From: Jörg <j@example.org>\nSubject: Grüße aus Köln\n\nÄpfel\n".encode(encoding)
    text = load_document(write("a.eml", source)).pages[0].text
    assert text == "Subject: Grüße aus Köln\nFrom: Jörg <j@example.org>\n\nÄpfel"


REPORT = """Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; jane@example.org
Action: failed
Diagnostic-Code: smtp; 550 5.1.1 No such
 mailbox
"""


@pytest.mark.parametrize(
    "kind", ["delivery-status", "global-delivery-status", "disposition-notification"]
)
def test_what_a_server_says_of_a_message_is_read(write: Write, kind: str) -> None:
    told = f"Content-Type: message/{kind}\n\n{REPORT}"
    inner = "Content-Type: message/rfc822\n\nSubject: Lunch\n\nAt the weir."
    document = load_document(write("a.eml", mail(plain("Not sent."), told, inner, kind="report")))
    read = document.pages[0].text
    assert (
        "Not sent.\n\nReporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; jane" in read
    )
    assert "Diagnostic-Code: smtp; 550 5.1.1 No such mailbox" in read.replace("\n ", " ")
    assert "At the weir." in document.pages[1].text
    assert not document.notes


@pytest.mark.parametrize(
    ("charset", "encoded"),
    [("utf-7", "Caf+AOk, 5 +IKw-"), ("UTF-7", "Caf+AOk, 5 +IKw-")],
)
def test_an_encoding_in_seven_bits_is_the_declared_one(
    write: Write, charset: str, encoded: str
) -> None:
    source = f"From: a@example.org\nContent-Type: text/plain; charset={charset}\n\n{encoded}\n"
    assert body(write("a.eml", source)) == "Café, 5 €"


def test_a_long_line_is_cleaned_like_short_ones(write: Write) -> None:
    words = "the \u00adweir\u200b is at Zürich; " * 400
    expected = ("the weir is at Zürich; " * 400).strip()
    assert (
        body(write("a.eml", f"Subject: S\nMIME-Version: 1.0\n{html(f'<p>{words}</p>')}"))
        == expected
    )
    assert load_document(write("a.txt", words)).pages[0].text.strip() == expected


def test_html_that_adds_words_to_an_extract_is_read(write: Write) -> None:
    said = " ".join(f"Pier {number} opens at {number} sharp." for number in range(30))
    more = " ".join(f"Quay{number} closes early." for number in range(90))
    path = write(
        "a.eml", mail(plain(said), html(f"<p>{said}</p><p>{more}</p>"), kind="alternative")
    )
    assert body(path) == f"{said}\n\n{more}"
    path = write("b.eml", mail(plain(said), html(f"<p>{said}</p><p>Bye.</p>"), kind="alternative"))
    assert body(path) == said
