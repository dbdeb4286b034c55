"""compose.yaml and the Dockerfile cannot be run where they were written: what can be known of them without a container runtime."""

from __future__ import annotations

import ast
import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from songhe.project.command_line import _parser

ROOT: Path = settings.ROOT
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("image") == "songhe:local"}
OF_LIBRARIES = {"DJANGO_SETTINGS_MODULE", "PYPINYIN_NO_PHRASES", "PYPINYIN_NO_DICT_COPY"}
FOR_THE_TERMINAL = {"CITY", "SCALE", "PORT", "XDG_RUNTIME_DIR"}


def _variables_read() -> set[str]:
    """Names that our source takes from the environment: `environ.get("X")`, `environ["X"]`, `key(variable="X")`."""
    found = set()
    for file in (ROOT / "src" / "songhe").rglob("*.py"):
        if "environ" not in (text := file.read_text()) and "variable=" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call):
                named = [each.value for each in node.keywords if each.arg == "variable"]
                first = (
                    node.args[:1]
                    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value).endswith("environ")
                    else []
                )
                found |= {
                    each.value for each in (*named, *first) if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
            elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
                found |= (
                    {node.slice.value} if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str) else set()
                )
    return found


READ = _variables_read()


def _commands() -> Iterator[list[str]]:
    for service in OURS.values():
        if "command" in service:
            yield service["command"]
        if "healthcheck" in service:
            yield service["healthcheck"]["test"][1:]
    for line in re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE):
        yield yaml.safe_load(line)


def test_every_variable_that_is_set_is_one_that_we_read() -> None:
    given = {name for service in OURS.values() for name in service["environment"]}
    given |= {name for line in re.findall(r"^ENV (.*)$", DOCKERFILE, re.MULTILINE) for name in re.findall(r"(\w+)=", line)}
    assert {"DATABASE_URL", "SONGHE_VAR"} <= given
    assert given - {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "NUMBA_CACHE_DIR"} <= READ
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    assert asked <= given


def test_every_variable_that_we_read_is_explained() -> None:
    text = (ROOT / "docs" / "start-here.md").read_text()
    unexplained = {name for name in READ - OF_LIBRARIES - FOR_THE_TERMINAL - {"SONGHE_SCALE"} if f"`{name}" not in text}
    assert unexplained == set()


@pytest.mark.parametrize("command", list(_commands()), ids=lambda command: " ".join(command)[:40])
def test_every_command_exists(command: list[str]) -> None:
    program, *rest = command
    if program == "songhe":
        _parser().parse_args(rest)
    elif program == "python":
        assert rest[0] == "-m" and importlib.util.find_spec(rest[1]) is not None
    else:
        assert program == "gunicorn" and importlib.util.find_spec("gunicorn") is not None
        module, _, name = rest[0].partition(":")
        spec = importlib.util.find_spec(module)
        assert spec is not None and spec.origin is not None and f"\n{name} = " in Path(spec.origin).read_text()


def test_what_a_service_names_is_declared() -> None:
    for name, service in COMPOSE["services"].items():
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"]), name
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"])
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])
        published = service.get("ports", [])
        assert all(port.startswith("127.0.0.1:") for port in published)
    assert set(OURS) == {"prepare", "web", "worker"}
    assert [name for name, service in COMPOSE["services"].items() if "outside" in service["networks"]] == ["web"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for said in ("POSTGRES_PASSWORD", "SONGHE_SECRET_KEY"):
        assert not any(said in service.get("environment", {}) for service in COMPOSE["services"].values())


def test_the_dockerfile_copies_and_runs_what_is_there() -> None:
    sources = [part for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE) for part in shlex.split(line)[:-1]]
    assert {"src", "packs", "requirements/run.lock"} <= set(sources)
    assert [source for source in sources if not (ROOT / source).exists()] == []
    scripts = re.findall(r"\bpython (tools/\S+)", DOCKERFILE)
    assert scripts == ["tools/build_assets.py"] and (ROOT / scripts[0]).exists()
    assert "--require-hashes" in DOCKERFILE
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {"var", "secrets", ".git"} <= set(ignored) and not set(sources) & set(ignored)
    assert all("NOT RUN" in text for text in (DOCKERFILE, (ROOT / "compose.yaml").read_text()))
