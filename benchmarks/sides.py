"""Runs either side in a process of its own: so neither warms the other, and each has its own peak of memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figures import ROOT

PEER = "openfisca-core==46.0.1"
_FOLDER = Path(__file__).parent


def peer_python(peer: str = PEER, folder: str = ".venv-bench") -> Path:
    """The interpreter of the folder's environment, made with the peer in it if it is not there; its numpy is its own choice."""
    home = ROOT / folder
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer], check=True)
        (home / "complete").touch()
    return python


def run_peer(job: Mapping[str, object]) -> dict[str, Any]:
    """The answer of openfisca_side.py to a job."""
    return _run([str(peer_python()), str(_FOLDER / "openfisca_side.py")], job)


def run_ours(job: Mapping[str, object]) -> dict[str, Any]:
    """The answer of ours_side.py to a job."""
    return _run([sys.executable, "-m", "benchmarks.ours_side"], job)


def run_module(module: str, job: Mapping[str, object]) -> dict[str, Any]:
    """The answer of a module of ours to a job, in a process of its own."""
    return _run([sys.executable, "-m", module], job)


def run_side(python: Path, script: Path, job: Mapping[str, object]) -> dict[str, Any]:
    """The answer of a peer's script to a job."""
    return _run([str(python), str(script)], job)


def _run(command: list[str], job: Mapping[str, object]) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(job, file)
        file.flush()
        done = subprocess.run(
            [*command, file.name],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
