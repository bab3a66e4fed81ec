"""The outbox, over its two real ports."""

import json
import re
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

SERVE = Path(__file__).resolve().parents[2] / "infra" / "outbox" / "serve.py"
LOGO = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000")


@dataclass
class Outbox:
    folder: Path
    smtp_port: int = 0
    web_port: int = 0
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        command = [sys.executable, str(SERVE), "--folder", str(self.folder), "--smtp-port", "0", "--web-port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own script
        assert self.process.stdout
        found = re.findall(r":(\d+)", self.process.stdout.readline())
        self.smtp_port, self.web_port = int(found[0]), int(found[1])

    def stop(self) -> None:
        assert self.process
        self.process.terminate()
        self.process.communicate(timeout=60)

    def send(self, message: EmailMessage, *to: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as smtp:
            smtp.send_message(message, from_addr="retour@courrier.example", to_addrs=to)

    def request(self, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self.web_port, timeout=60)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def talk(self, *pieces: bytes) -> list[bytes]:
        """What is answered to these pieces, each in a packet of its own."""
        with (
            socket.create_connection(("127.0.0.1", self.smtp_port), timeout=60) as connection,
            connection.makefile("rb") as answers,
        ):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                connection.sendall(piece)
            return answers.read().splitlines()

    def page(self, path: str, **headers: str) -> str:
        return self.request("GET", path, **headers)[2].decode()

    def listed(self, to: str = "") -> list[dict[str, object]]:
        return list(json.loads(self.page(f"/messages.json?to={quote(to)}"))["messages"])


@pytest.fixture
def outbox(tmp_path: Path, socket_enabled: None) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox")
    outbox.start()
    yield outbox
    outbox.stop()


def letter(subject: str = "Réunion jeudi") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Demain Marseille <bonjour@demain.example>"
    message["To"] = "ada@example.org"
    message.set_content("Bonjour Ada.\n.\n..deux points\n")
    message.add_alternative(
        '<html><head></head><body><h1>Jeudi</h1><img src="cid:logo"><script>alert(1)</script></body></html>',
        subtype="html",
    )
    return message


def test_a_message_is_kept_as_it_came_with_its_envelope(outbox: Outbox) -> None:
    outbox.send(letter(), "ada@example.org", "boris@example.org")
    [file] = outbox.folder.glob("*.eml")
    content = file.read_bytes()
    assert content.startswith(
        b"Return-Path: <retour@courrier.example>\r\nDelivered-To: ada@example.org\r\nDelivered-To: boris@example.org\r\n"
    )
    assert b"Bonjour Ada.\r\n.\r\n..deux points\r\n" in content


def test_the_newest_message_is_first_and_its_subject_is_readable(outbox: Outbox) -> None:
    outbox.send(letter("Première"), "ada@example.org")
    outbox.send(letter("Deuxième : l'été"), "ada@example.org")
    assert [row["subject"] for row in outbox.listed()] == ["Deuxième : l'été", "Première"]


def test_search_finds_a_part_of_the_recipients_address(outbox: Outbox) -> None:
    outbox.send(letter("Pour Ada"), "ada@example.org")
    outbox.send(letter("Pour Boris"), "boris@example.net")
    assert [row["subject"] for row in outbox.listed("EXAMPLE.NET")] == ["Pour Boris"]


def test_pipelined_messages_are_all_kept_in_order(outbox: Outbox) -> None:
    one = b"MAIL FROM:<a@a.example> BODY=8BITMIME\r\nRCPT TO:<b%d@b.example>\r\nDATA\r\nSubject: n%d\r\n\r\n\xc3\xa9t\xc3\xa9\r\n.\r\n"
    codes = [
        line[:4]
        for line in outbox.talk(
            b"EHLO me\r\n" + b"".join(one % (number, number) for number in range(120)) + b"QUIT\r\n"
        )
    ]
    assert codes[-1] == b"221 "
    assert codes.count(b"354 ") == 120
    assert [row["subject"] for row in outbox.listed()] == [f"n{number}" for number in range(119, 69, -1)]


def test_a_message_that_arrives_byte_by_byte_is_whole(outbox: Outbox) -> None:
    text = b"EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n..x\r\n.\r\nQUIT\r\n"
    outbox.talk(*(bytes([byte]) for byte in text))
    assert sorted(path.read_bytes().partition(b"b.example\r\n")[2] for path in outbox.folder.glob("*.eml")) == [
        b"",
        b".x\r\n",
    ]


@pytest.mark.parametrize("line", [b"DATA", b"RCPT TO:<a@a.example>", b"MAIL FROM:nobody", b"BLAH"])
def test_what_is_out_of_order_is_refused(outbox: Outbox, line: bytes) -> None:
    answers = outbox.talk(b"HELO me\r\n" + line + b"\r\nQUIT\r\n")
    assert answers[2][:1] == b"5"


def test_the_html_is_framed_without_script_and_with_its_pictures(outbox: Outbox) -> None:
    message = letter()
    html = list(message.iter_parts())[1]
    assert isinstance(html, EmailMessage)
    html.add_related(LOGO, "image", "png", cid="<logo>")
    outbox.send(message, "ada@example.org")
    id_ = outbox.listed()[0]["id"]
    assert f'src="/messages/{id_}/html" sandbox="allow-popups' in outbox.page(f"/messages/{id_}")
    _, headers, body = outbox.request("GET", f"/messages/{id_}/html")
    assert headers["Content-Security-Policy"].startswith(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'"
    )
    picture = re.search(r'src="(/messages/\d+/part/\d+)"', body.decode())
    assert picture
    assert outbox.request("GET", picture[1])[2] == LOGO


def test_nothing_in_a_message_becomes_our_own_page(outbox: Outbox) -> None:
    outbox.send(letter("<script>alert(1)</script>"), "<b>@example.org")
    id_ = outbox.listed()[0]["id"]
    for path in (
        "/",
        f"/messages/{id_}",
        f"/messages/{id_}?view=headers",
        f"/messages/{id_}?view=text",
        "/?to=<script>",
    ):
        assert "<script>" not in outbox.page(path)


def test_pages_speak_french_unless_english_is_asked(outbox: Outbox) -> None:
    assert "Aucun message pour l’instant" in outbox.page("/")
    assert "No message yet" in outbox.page("/", **{"Accept-Language": "en-GB,en;q=0.9"})
    _, headers, body = outbox.request("GET", "/?lang=en", **{"Accept-Language": "fr"})
    assert b"No message yet" in body
    assert headers["Set-Cookie"].startswith("outbox_language=en")


def test_messages_are_still_there_after_a_restart(outbox: Outbox) -> None:
    outbox.send(letter(), "ada@example.org")
    before = outbox.listed()
    outbox.stop()
    outbox.start()
    assert outbox.listed() == before


def test_messages_are_found_again_without_the_index(outbox: Outbox) -> None:
    outbox.send(letter(), "ada@example.org", "boris@example.org")
    before = outbox.listed()
    outbox.stop()
    (outbox.folder / "index.jsonl").write_text('{"id": "17')
    outbox.start()
    [row] = outbox.listed()
    assert (row["to"], row["subject"], row["from"]) == (before[0]["to"], before[0]["subject"], before[0]["from"])


def test_delete_empties_the_box_and_the_folder(outbox: Outbox) -> None:
    outbox.send(letter(), "ada@example.org")
    assert outbox.request("POST", "/delete")[0] == 303
    assert outbox.listed() == []
    assert list(outbox.folder.glob("*.eml")) == []


def test_another_site_can_neither_delete_nor_read(outbox: Outbox) -> None:
    outbox.send(letter(), "ada@example.org")
    assert outbox.request("POST", "/delete", Origin="http://evil.example")[0] == 403
    assert outbox.request("GET", "/", Host="evil.example")[0] == 421
    assert len(outbox.listed()) == 1


def test_an_unknown_message_is_a_page_with_a_way_back(outbox: Outbox) -> None:
    status, _, body = outbox.request("GET", "/messages/123")
    assert status == 404
    assert 'href="/"' in body.decode()
