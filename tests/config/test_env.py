from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import env_bool, env_choice, env_database, env_int, env_secret


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "key"))
    assert env_secret("KEY") == "from a file"
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "missing"))
    with pytest.raises(ImproperlyConfigured):
        env_secret("KEY")


def test_values_are_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("yes", "", "2"):
        monkeypatch.setenv("FLAG", value)
        with pytest.raises(ImproperlyConfigured):
            env_bool("FLAG", default=True)
    monkeypatch.setenv("NUMBER", "ten")
    with pytest.raises(ImproperlyConfigured):
        env_int("NUMBER", 1)
    monkeypatch.setenv("ROLE", "boss")
    with pytest.raises(ImproperlyConfigured):
        env_choice("ROLE", "all", ("all", "cell"))


def test_a_database_address_becomes_djangos_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADDRESS", "postgresql://me:pw@/isoloir?host=/run/pg&port=5433")
    assert env_database("ADDRESS", "") == {
        "NAME": "isoloir",
        "USER": "me",
        "PASSWORD": "pw",
        "HOST": "/run/pg",
        "PORT": "5433",
    }
    monkeypatch.setenv("ADDRESS", "nonsense=")
    with pytest.raises(ImproperlyConfigured):
        env_database("ADDRESS", "")
