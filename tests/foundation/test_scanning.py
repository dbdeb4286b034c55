"""The virus scanner: none named, a clean file, an infected one, one that does not look."""

from __future__ import annotations

import pytest
from django.conf import settings

from songhe.foundation.scanning import FileInfected, ScannerFailed, scan


@pytest.mark.parametrize(("command", "name"), [("", ""), ("true", "true"), ("grep -q clean", "grep")])
def test_what_looked_is_named(monkeypatch: pytest.MonkeyPatch, command: str, name: str) -> None:
    monkeypatch.setattr(settings, "SONGHE_VIRUS_SCANNER", command)
    assert scan(b"a clean file") == name


def test_what_is_found_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SONGHE_VIRUS_SCANNER", "grep -q clean")
    with pytest.raises(FileInfected) as refused:
        scan(b"something else")
    assert (refused.value.field, refused.value.http_status) == ("file", 422)


@pytest.mark.parametrize("command", ["no-such-scanner --here", "sh -c 'exit 2'"])
def test_a_scanner_that_does_not_look_lets_nothing_in(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr(settings, "SONGHE_VIRUS_SCANNER", command)
    with pytest.raises(ScannerFailed):
        scan(b"a file")
