"""The bytes that leave, read back by the standard library's own parser."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from messaging.email.merge import mark
from messaging.email.mime import MimeTemplate, UnusableAddress, Written, address_header, ascii_address, header_block

VALUES = {"first_name": "Léa", "city": "Brest", "unsubscribe_url": "https://a.example/courrier/desabonnement/1-2:x/"}


def written(**changes: str) -> Written:
    plain = {
        "from_name": "Maud Kervella",
        "from_address": "maud@courrier.example",
        "reply_to": "bonjour@kervella.example",
        "subject": mark("Rendez-vous à l’été, {{ prénom|vous }}"),
        "html": mark("<p>Bonjour {{ prénom }}, on se voit à {{ ville }}.</p>\n<p>" + "Été " * 40 + "</p>"),
        "text": mark("Bonjour {{ prénom }}, on se voit à {{ ville }}.\n.une ligne à point\n"),
    }
    return Written(**{**plain, **changes})


def read_back(template: MimeTemplate, values: dict[str, str]) -> EmailMessage:
    headers, body = template.fill(values)
    message = message_from_bytes(header_block(headers) + b"\r\n" + body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_values_arrive_as_they_are_in_both_parts_and_in_the_subject() -> None:
    message = read_back(MimeTemplate(written()), VALUES)

    assert message["Subject"] == "Rendez-vous à l’été, Léa"
    assert part(message, "plain") == "Bonjour Léa, on se voit à Brest.\n.une ligne à point\n"
    assert part(message, "html").startswith("<p>Bonjour Léa, on se voit à Brest.</p>\n<p>Été Été")


def test_an_empty_value_takes_the_space_before_it_along_and_a_fallback_replaces_it() -> None:
    message = read_back(MimeTemplate(written()), {"city": "Brest"})

    assert part(message, "plain").startswith("Bonjour, on se voit")
    assert message["Subject"] == "Rendez-vous à l’été, vous"


@pytest.mark.parametrize(
    "attack", ["Léa\r\nBcc: tous@example.org", "Léa\n\n--=_x\n", "a\u2028Bcc: x@y.fr", "Bob\r\n.\r\nMAIL FROM"]
)
def test_no_value_makes_a_header_a_part_or_an_end_of_message(attack: str) -> None:
    headers, body = MimeTemplate(written()).fill({**VALUES, "first_name": attack})
    message = message_from_bytes(header_block(headers) + b"\r\n" + body, policy=policy.default)

    assert message["Bcc"] is None
    assert [piece.get_content_type() for piece in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert message.defects == []


def test_markup_in_a_value_is_text_in_the_html_part() -> None:
    message = read_back(MimeTemplate(written()), {**VALUES, "first_name": "<script>"})

    assert "Bonjour &lt;script&gt;, on" in part(message, "html")
    assert "Bonjour <script>, on" in part(message, "plain")


def test_no_line_is_longer_than_quoted_printable_allows() -> None:
    _headers, body = MimeTemplate(written()).fill({**VALUES, "first_name": "é" * 300})

    assert max(len(line) for line in body.split(b"\r\n")) <= 76
    assert b"\n" not in body.replace(b"\r\n", b"")


def test_a_sender_with_a_line_break_in_its_name_stays_one_header() -> None:
    message = read_back(MimeTemplate(written(from_name="Maud\r\nBcc: x@y.fr é")), VALUES)

    assert message["Bcc"] is None
    assert message["From"].addresses[0].addr_spec == "maud@courrier.example"


def test_addresses_that_no_server_takes_are_told_apart() -> None:
    assert ascii_address("léa@example.fr") is None
    assert ascii_address("lea@exemple.fr>\r\nRCPT TO:<x@y.fr") is None
    assert ascii_address("lea@café.fr") == b"lea@xn--caf-dma.fr"
    with pytest.raises(UnusableAddress):
        address_header("Léa", "not an address")
