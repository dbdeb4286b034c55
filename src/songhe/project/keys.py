"""Keys that must outlive a restart: from the environment, or made once and kept in `var/keys` where only the owner reads them."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def key(name: str, *, directory: Path, variable: str, size: int = 32) -> str:
    """The key as hex digits: from the environment variable if set, else from the file, made at the first call.

    `size` is in bytes. Two processes that start at once get the same key: the file appears whole or not at all; the first stays.
    """
    from_environment = os.environ.get(variable)
    if from_environment:
        return from_environment.strip()
    path = directory / name
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
        draft = directory / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(size))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
