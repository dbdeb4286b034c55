"""`songhe api schema`: the API's contract as a committed file."""

from __future__ import annotations

import sys

from songhe.api.application import openapi_text
from songhe.project.paths import ROOT

FILE = ROOT / "src" / "songhe" / "api" / "openapi.json"


def write_schema(*, only_check: bool) -> int:
    """The file says what the API is; with `only_check` nothing is written and 1 means that it does not."""
    text = openapi_text()
    if only_check:
        current = FILE.exists() and FILE.read_text(encoding="utf-8") == text
        if not current:
            print(f"{FILE.relative_to(ROOT)} does not say what the API is; run: songhe api schema", file=sys.stderr)
        return 0 if current else 1
    FILE.write_text(text, encoding="utf-8")
    print(FILE.relative_to(ROOT))
    return 0
