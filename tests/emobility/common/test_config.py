"""Secrets from the environment and from files."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured

from emobility.common.config import kept_secret, secret


@pytest.fixture(autouse=True)
def no_secret(monkeypatch):
    monkeypatch.delenv("HOUSE_KEY", raising=False)
    monkeypatch.delenv("HOUSE_KEY_FILE", raising=False)


def test_secret_is_none_when_nothing_is_set():
    assert secret("HOUSE_KEY") is None


def test_secret_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("HOUSE_KEY", "open sesame")
    assert secret("HOUSE_KEY") == "open sesame"


def test_secret_comes_from_the_file_without_its_line_end(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("open sesame\n")
    monkeypatch.setenv("HOUSE_KEY_FILE", str(tmp_path / "key"))
    assert secret("HOUSE_KEY") == "open sesame"


def test_secret_file_that_cannot_be_read_names_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("HOUSE_KEY_FILE", str(tmp_path / "absent"))
    with pytest.raises(ImproperlyConfigured, match="HOUSE_KEY_FILE cannot be read"):
        secret("HOUSE_KEY")


def test_kept_secret_is_long_private_and_stays(tmp_path):
    path = tmp_path / "new" / "secret-key"
    value = kept_secret(path)
    assert len(value) >= 50
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept_secret(path) == value


def test_kept_secret_is_one_for_all_who_start_together(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        for number in range(20):
            values = set(pool.map(kept_secret, [tmp_path / str(number)] * 16))
            assert len(values) == 1
            assert values != {""}
