"""The script that makes the environment says each trouble in one line, also to a Python that is too old for anything else."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tools import build_assets, environment

SCRIPT = Path(environment.__file__)


def _line(capsys: pytest.CaptureFixture[str]) -> str:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("songhe: ")
    return lines[0]


def test_an_old_python_can_read_it() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 5))


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(environment.sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit):
        environment.main("run")
    assert "Python 3.11 or newer is needed, this is 3.9" in _line(capsys)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "is not the one that was locked"),
        ("WARNING: Retrying\nERROR: No matching distribution found for django==5.2.19", "no package registry can be reached"),
        ("HTTPSConnectionPool: Temporary failure in name resolution", "no package registry can be reached"),
        ("ERROR: Failed to build 'something'", "installing failed: ERROR: Failed to build"),
    ],
)
def test_what_pip_says_becomes_one_line(said: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        environment.explain(said.splitlines())
    assert expected in _line(capsys)


def test_a_full_disk_is_said_before_anything_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(environment, "ROOT", str(tmp_path))
    monkeypatch.setattr(environment, "fingerprint", lambda kind: "new")
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 5 * 2**20})())
    with pytest.raises(SystemExit):
        environment.main("run")
    assert "the disk is nearly full: 5 MB free" in _line(capsys)
    assert list(tmp_path.iterdir()) == []


def test_an_install_that_was_killed_is_begun_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "ROOT", str(tmp_path))
    monkeypatch.setattr(environment, "fingerprint", lambda kind: "new")
    monkeypatch.setattr(environment, "create", lambda folder: Path(folder).mkdir(exist_ok=True))

    def killed(folder: str, kind: str) -> None:
        Path(folder, "half").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "install", killed)
    with pytest.raises(KeyboardInterrupt):
        environment.main("run")
    monkeypatch.setattr(environment, "install", lambda folder, kind: None)
    environment.main("run")
    assert sorted(path.name for path in (tmp_path / ".venv").iterdir()) == ["installed-run"]


def test_an_unreachable_npm_registry_is_said(tmp_path: Path) -> None:
    program = "import sys; sys.stderr.write('npm error code ENOTFOUND'); sys.exit(1)"
    with pytest.raises(SystemExit, match="no npm registry can be reached"):
        build_assets.run([sys.executable, "-c", program], folder=tmp_path)


def test_the_front_end_is_built_again_only_when_a_source_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_assets, "SOURCES", tmp_path)
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "page.css").write_text("a{}")
    first = build_assets.fingerprint()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "other.css").write_text("b{}")
    assert build_assets.fingerprint() == first
    (tmp_path / "styles" / "page.css").write_text("a{}b{}")
    assert build_assets.fingerprint() != first


@pytest.mark.parametrize("lock", ["run", "all", "assets"])
def test_every_locked_package_has_a_hash_and_no_host_is_named(lock: str) -> None:
    text = (settings.ROOT / "requirements" / f"{lock}.lock").read_text()
    packages = [line for line in text.splitlines() if line[:1].isalnum()]
    assert packages
    assert all("==" in line and line.endswith("\\") for line in packages)
    assert "://" not in text
    assert "index-url" not in text


def test_the_test_needs_script_is_sound() -> None:
    subprocess.run(["bash", "-n", str(settings.ROOT / "tools" / "install_test_needs.sh")], check=True)
