"""Text that may come in: no control characters, cursors of a bounded length."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field


def _plain(text: str) -> str:
    if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise ValueError("不能含有控制字符")
    return text


PlainText = Annotated[str, AfterValidator(_plain)]
Cursor = Annotated[str, Field(max_length=400, pattern=r"^[A-Za-z0-9_-]+$")]
