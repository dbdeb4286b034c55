"""What the documents point to is there: files and headings, pictures, commands and make targets; and what is locked is locked whole."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from songhe.project.command_line import _parser

ROOT: Path = settings.ROOT
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(file for part in ("src", "packs", "tests") for file in (ROOT / part).rglob("README.md")),
    ]
)
DOCUMENTS = [file for file in DOCUMENTS if "node_modules" not in file.parts]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```", re.DOTALL)


def _anchor(heading: str) -> str:
    """As the forges make it: lower case, spaces to hyphens, punctuation dropped."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("file", DOCUMENTS, ids=[str(file.relative_to(ROOT)) for file in DOCUMENTS])
def test_no_link_is_broken(file: Path) -> None:
    broken = []
    for link in LINK.findall(FENCE.sub("", file.read_text())):
        path, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = (file.parent / path).resolve() if path else file
        if not target.exists():
            broken.append(link)
        elif anchor and target.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            broken += [link] if anchor not in {_anchor(heading) for heading in headings} else []
    assert broken == []


def _commands() -> Iterator[tuple[str, str]]:
    """(document, `songhe …` as it stands there), up to where prose or another program begins."""
    for file in DOCUMENTS:
        text = file.read_text()
        for line in re.findall(r"(?:^|`)(?:\.venv/bin/)?songhe ([a-z][^`\n#·]*)", text, re.MULTILINE):
            yield str(file.relative_to(ROOT)), line.split("&&")[0].strip()


def test_every_command_in_the_documents_exists() -> None:
    known, wrong = _parser(), []
    for file, line in _commands():
        words = [word for word in line.replace("…", " ").split() if not word.startswith("[")]
        parser = known
        for word in words:
            choices = next(
                (action.choices for action in parser._actions if action.choices and action.dest == "==SUPPRESS=="), None
            )
            if not isinstance(choices, dict):
                if word.startswith("--") and word.partition("=")[0] not in parser._option_string_actions:
                    wrong.append((file, line))
                break
            if word not in choices:
                wrong.append((file, line))
                break
            parser = choices[word]
            if parser.prog.endswith(" django"):
                break
    assert wrong == []
    assert len(list(_commands())) > 20


def test_every_make_target_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for file in DOCUMENTS for target in re.findall(r"(?:^|`)make ([a-z][a-z-]*)", file.read_text(), re.MULTILINE)}
    assert {"run", "test", "check"} <= named <= targets


def test_every_picture_is_shown_somewhere_and_every_how_to_found_from_the_start() -> None:
    text = "".join(file.read_text() for file in DOCUMENTS)
    pictures = [file for file in (ROOT / "docs" / "pictures").rglob("*.png") if f"{file.name})" not in text]
    assert [str(file.relative_to(ROOT)) for file in pictures] == []
    index = (ROOT / "docs" / "how-to" / "README.md").read_text()
    assert [
        file.name
        for file in (ROOT / "docs" / "how-to").glob("*.md")
        if file.name != "README.md" and f"({file.name})" not in index
    ] == []


def _locked(name: str) -> dict[str, int]:
    """Package -> how many hashes; the lock file holds nothing else."""
    found: dict[str, int] = {}
    package = ""
    for line in (ROOT / "requirements" / name).read_text().splitlines():
        if match := re.match(r"^([a-z0-9][a-z0-9._-]*)(?:\[[a-z,]+\])?==[^\s\\;]+", line):
            package = match[1]
            found[package] = 0
        elif re.match(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$", line):
            found[package] += 1
        else:
            assert not line.strip() or line.lstrip().startswith("#"), f"{name}: {line}"
    return found


@pytest.mark.parametrize("name", ["run.lock", "all.lock", "assets.lock"])
def test_a_lock_file_names_hashes_and_no_host(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text and not re.search(r"^-(?:i|f|-index|-extra|-find|-trusted)", text, re.MULTILINE)
    locked = _locked(name)
    assert locked and [package for package, hashes in locked.items() if not hashes] == []


def test_everything_that_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [re.split(r"[\[<>=!~; ]", line)[0].lower() for line in project["dependencies"]]
    assert [package for package in asked if package not in _locked("run.lock")] == []
    extras = [
        re.split(r"[\[<>=!~; ]", line)[0].lower() for part in ("test", "dev") for line in project["optional-dependencies"][part]
    ]
    assert [package for package in extras if package not in _locked("all.lock")] == []
