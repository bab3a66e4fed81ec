"""gettext catalogs of our apps, read and written with Babel: no GNU gettext is needed on the machine."""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import AppConfig, apps
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS: dict[str, tuple[int, ...] | tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HANGING = re.compile(r"(?<=\S) (?=[:;!?»])|(?<=«) (?=\S)")


class Catalogs:
    def __init__(self, labels: list[str]) -> None:
        ours = [
            app
            for app in apps.get_app_configs()
            if Path(app.path).is_relative_to(settings.BASE_DIR) and ".venv" not in app.path
        ]
        self.apps = [app for app in ours if not labels or app.label in labels]

    def update(self) -> int:
        for app in self.apps:
            fresh = self._extracted(app)
            if not len(fresh) and not self._po(app).exists():
                continue
            catalog = self._read(app)
            catalog.update(fresh, no_fuzzy_matching=True, update_creation_date=False)
            catalog.obsolete.clear()
            self._po(app).parent.mkdir(parents=True, exist_ok=True)
            with self._po(app).open("wb") as file:
                write_po(file, catalog, omit_header=False, sort_output=True, no_location=True, width=120)
        return len(self.apps)

    def compile(self) -> int:
        with_catalog = [app for app in self.apps if self._po(app).exists()]
        for app in with_catalog:
            catalog = self._po(app).with_suffix(".mo")
            draft = catalog.with_name(f"django.{os.getpid()}.mo")
            with draft.open("wb") as file:
                write_mo(file, _bound(self._read(app)))
            draft.replace(catalog)  # at once: another program may be reading it
        return len(with_catalog)

    def problems(self) -> list[str]:
        """What keeps French from being complete: strings without French, and broken placeholders."""
        missing = [f"{app.name}: {problem}" for app in self.apps for problem in self._problems(app)]
        return missing + list(self._quarrels())

    def _quarrels(self) -> Iterator[str]:
        """The same English with two French: Django merges the catalogs, so one of them would win everywhere."""
        said: dict[tuple[str, str | None], tuple[str, object]] = {}
        for app in self.apps:
            for message in self._read(app):
                if not message.id or not message.string:
                    continue
                key = (message.id[0] if isinstance(message.id, list | tuple) else message.id, message.context)
                first, french = said.setdefault(key, (app.name, message.string))
                if french != message.string and not isinstance(message.id, list | tuple):
                    yield f"{first} and {app.name} differ on {key[0]!r}: {french!r}, {message.string!r} (use a context)"

    def _problems(self, app: AppConfig) -> Iterator[str]:
        known = self._read(app)
        for message in self._extracted(app):
            if not message.id:
                continue
            key = message.id[0] if isinstance(message.id, list | tuple) else message.id
            french = known.get(key, message.context)
            strings = (
                french.string
                if french and isinstance(french.string, list | tuple)
                else [french.string if french else ""]
            )
            if french is None or not all(strings):
                yield f"no French for {key!r}"
            elif french.fuzzy:
                yield f"doubtful French for {key!r}"
            else:
                yield from (f"{key!r}: {error}" for error in french.check(known))

    def _po(self, app: AppConfig) -> Path:
        return Path(app.path) / "locale" / "fr" / "LC_MESSAGES" / "django.po"

    def _read(self, app: AppConfig) -> Catalog:
        if not self._po(app).exists():
            return _empty()
        with self._po(app).open("rb") as file:
            catalog = read_po(file, locale="fr")
        catalog.fuzzy = False
        catalog.header_comment = "# French of Isoloir."
        return catalog

    def _extracted(self, app: AppConfig) -> Catalog:
        catalog = _empty()
        nested = [
            Path(other.path)
            for other in apps.get_app_configs()
            if Path(other.path).is_relative_to(app.path) and other is not app
        ]
        for file in sorted(Path(app.path).rglob("*")):
            if any(file.is_relative_to(folder) for folder in nested) or file.suffix not in (".py", ".html", ".txt"):
                continue
            for _line, message, _comments, context in extract("python", io.BytesIO(self._source(file)), KEYWORDS):
                catalog.add(message, context=context, flags=["python-format"] if _has_placeholder(message) else [])
        return catalog

    def _source(self, file: Path) -> bytes:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".py":
            return text.encode()
        # What is no message comes out as X and spaces: no indentation may be left for the tokenizer to judge.
        return "\n".join(line.lstrip() for line in templatize(text, origin=str(file)).splitlines()).encode()


def bind_spaces(french: str) -> str:
    """French sets a space before : ; ! ? » and after «; no line may break there, whatever was typed into the catalog."""
    return HANGING.sub("\N{NO-BREAK SPACE}", french)


def _bound(catalog: Catalog) -> Catalog:
    for message in catalog:
        if message.id and isinstance(message.string, str):
            message.string = bind_spaces(message.string)
        elif message.id and message.string:
            message.string = tuple(bind_spaces(form) for form in message.string)
    return catalog


def _empty() -> Catalog:
    return Catalog(locale="fr", project="Isoloir", charset="utf-8", fuzzy=False, header_comment="# French of Isoloir.")


def _has_placeholder(message: str | tuple[str, ...]) -> bool:
    return any("%(" in part for part in ([message] if isinstance(message, str) else message))
