"""The search finds what it is there to find, however it is written; otherwise finding nothing would mean nothing."""

import base64
import gzip
import html
import io
import json
import quopri
import secrets
import zipfile
import zlib
from email.header import Header
from email.mime.text import MIMEText
from urllib.parse import quote, quote_plus, urlencode

import pytest

from tests.isolation.traces import SIGNED_UP, files_in, traces, traces_in_files
from tests.test_architecture import ROOT

TEXT = (
    f"Bonjour {SIGNED_UP['first_name']} {SIGNED_UP['last_name']}, {SIGNED_UP['phone']} " + "et la suite du message " * 9
)
PLAIN = TEXT.encode()
ALL = {"canarivolle", "zéphyrelle", "536490147"}


def zipped(content: bytes, name: str = "contacts.csv") -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return whole.getvalue()


WAYS = {
    "plain": PLAIN,
    "upper": TEXT.upper().encode(),
    "latin-1": TEXT.encode("latin-1"),
    "utf-16-le": TEXT.encode("utf-16-le"),
    "utf-16-be": TEXT.encode("utf-16-be"),
    "utf-16 with its mark": TEXT.encode("utf-16"),
    "url": quote(TEXT).encode(),
    "a form": urlencode({"last_name": TEXT, "x": "1"}).encode(),
    "a url in a url": f"/?next={quote_plus('/?name=' + quote(TEXT))}".encode(),
    "json": json.dumps({"name": TEXT}).encode(),
    "json in json": json.dumps({"body": json.dumps({"name": TEXT})}).encode(),
    "python": repr(PLAIN).encode(),
    "octal": b"".join(b"\\%03o" % byte if byte > 127 else bytes([byte]) for byte in PLAIN),
    "html": html.escape(TEXT).replace("é", "&eacute;").encode(),
    "html by number": TEXT.encode("ascii", "xmlcharrefreplace"),
    "quoted-printable": quopri.encodestring(PLAIN),
    "base64": base64.b64encode(PLAIN),
    "base64 for urls": base64.urlsafe_b64encode(PLAIN).rstrip(b"="),
    "base64 behind a letter": b"x" + base64.b64encode(PLAIN),
    "base64 behind two": b"/v" + base64.b64encode(PLAIN),
    "base64 behind three": b"abc" + base64.b64encode(PLAIN),
    "base64 of later bytes": base64.b64encode(b"z" + PLAIN),
    "base64 in lines": base64.encodebytes(PLAIN),
    "a mail": MIMEText(TEXT, "plain", "utf-8").as_bytes(),
    "a mail in json": json.dumps(MIMEText(TEXT, "plain", "utf-8").as_string()).encode(),
    "a subject": Header(TEXT, "utf-8").encode().encode(),
    "hexadecimal": PLAIN.hex().encode(),
    "bytea": b"\\\\x" + PLAIN.hex().encode(),
    "gzip": gzip.compress(PLAIN),
    "gzip in the middle": secrets.token_bytes(99) + gzip.compress(PLAIN) + b"end",
    "zlib": zlib.compress(PLAIN),
    "zip": zipped(PLAIN),
    "a zip in a zip": zipped(zipped(PLAIN)),
    "a zip's name": zipped(b"", f"{TEXT}.csv"),
    "gzip in base64": base64.b64encode(gzip.compress(PLAIN)),
    "gzip in bytea": gzip.compress(PLAIN).hex().encode(),
    "a zip in base64 in json": json.dumps({"file": base64.encodebytes(zipped(PLAIN)).decode()}).encode(),
    "base64 of a form": base64.b64encode(urlencode({"name": TEXT}).encode()),
    "base64 of utf-16": base64.b64encode(TEXT.encode("utf-16-le")),
}


@pytest.mark.parametrize("length", range(3))
def test_an_archive_is_opened_whatever_its_length(length: int) -> None:
    written = base64.b64encode(zipped(PLAIN + bytes(length), "x" * (length + 1)))
    assert traces(written) == ALL
    assert traces(written.rstrip(b"=")) == ALL


@pytest.mark.parametrize("written", WAYS.values(), ids=WAYS)
def test_a_person_is_found_however_she_is_written(written: bytes) -> None:
    assert traces(b"before \xff\x00 {'a': 1} " + written + b" after") >= {"canarivolle"}
    assert traces(written) == ALL


def test_a_person_is_found_in_the_name_of_a_file() -> None:
    assert traces_in_files([("imports/Canarivolle.csv", b""), ("imports/other.csv", b"nobody")]) == {
        "imports/Canarivolle.csv": {"canarivolle"}
    }


def test_nobody_is_found_where_nobody_is() -> None:
    noise = secrets.token_bytes(200_000)
    assert traces(noise + base64.b64encode(noise) + gzip.compress(noise)) == set()
    assert traces_in_files(files_in(ROOT / "crm" / "people")) == {}
