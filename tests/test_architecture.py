"""The repository's own rules: what would slip if nothing held it."""

import ast
import importlib
import platform
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("platform", "tenants", "billing", "crm", "sitebuilder", "messaging")
LIMITS = {"python": 400, "test": 600, "template": 120}


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows or would add, so that the check is the same on a clean clone."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")  # noqa: S603 -- fixed words
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def test_platform_folder_never_shadows_the_standard_library() -> None:
    stdlib = Path(sysconfig.get_paths()["stdlib"])
    assert Path(platform.__file__).is_relative_to(stdlib)
    assert list((ROOT / "platform").glob("*.py")) == []


@pytest.mark.parametrize(
    "package", ["config", "controlplane", "shared", "tenants", "billing", "crm", "sitebuilder", "messaging"]
)
def test_each_package_is_ours(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__
    assert Path(module.__file__).is_relative_to(ROOT)


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {file.parent for file in tracked("tests/*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_no_python_file_is_longer_than_it_may_be() -> None:
    sources = [file for file in tracked("*.py") if "migrations" not in file.parts]
    too_long = [
        f"{file.relative_to(ROOT)}: {lines(file)}"
        for file in sources
        if lines(file) > LIMITS["test" if file.is_relative_to(ROOT / "tests") else "python"]
    ]
    assert too_long == []


def test_no_template_is_longer_than_it_may_be() -> None:
    long = [
        f"{file.relative_to(ROOT)}: {lines(file)}" for file in tracked("*.html") if lines(file) > LIMITS["template"]
    ]
    assert long == []


def test_templates_have_no_inline_script_style_or_handler() -> None:
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"(application|text)/(json|ld\+json|template)\")[^>]*>|\sstyle=\"|\son[a-z]+=\"|<style"
    )
    mails = ("email", "mail")  # mail clients know nothing else
    found = [
        f"{file.relative_to(ROOT)}: {match.group(0).strip()[:60]}"
        for file in tracked("*.html")
        if not any(part in mails or "mail" in file.name for part in file.parts[-3:-1])
        for match in inline.finditer(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_words_are_translated_for_whoever_reads_them() -> None:
    """`gettext` where a module is loaded keeps the language of that moment: what is said there is lazy."""
    eager = {"gettext", "ngettext", "pgettext", "npgettext"}
    found = []
    for file in tracked("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
        aliases = [alias for node in imports if node.module == "django.utils.translation" for alias in node.names]
        names = {alias.asname or alias.name for alias in aliases if alias.name in eager}
        found += [f"{file.relative_to(ROOT)}:{call.lineno}" for call in _calls_when_loaded(tree, names)]
    assert found == []


def _calls_when_loaded(node: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in names:
            yield child
        yield from _calls_when_loaded(child, names)


def test_nothing_is_asked_of_a_third_party() -> None:
    outside = re.compile(r"(?:<(?:script|link|img|iframe)[^>]+(?:src|href)=|url\(|@import )[\"']?https?://")
    found = [
        str(file.relative_to(ROOT))
        for file in tracked("*.html", "*.css")
        if outside.search(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_variable_that_is_read_is_documented() -> None:
    known = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / "platform/config/settings.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("env_"):
            names.add(ast.literal_eval(node.args[0]))
    assert sorted(name for name in names if f"`{name}`" not in known) == []


def test_locks_hold_versions_and_hashes_only() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--hash=sha256:" in lock


def test_every_language_string_is_marked_as_a_whole_sentence() -> None:
    untrimmed = [
        str(file.relative_to(ROOT))
        for file in tracked("*.html")
        if re.search(r"{%\s*blocktrans(?:late)?\b(?![^%]*\btrimmed\b)", file.read_text(encoding="utf-8"))
    ]
    assert untrimmed == []


def test_the_glossary_is_a_table_in_two_languages() -> None:
    rows = [
        line
        for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    assert len(rows) > 20
    assert all(row.count("|") == 4 for row in rows)
