"""Text that may come in: no control characters, cursors of a bounded length."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Schema
from pydantic import AfterValidator, Field

from songhe.foundation.errors import InvalidInput


def _plain(text: str) -> str:
    if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise ValueError("不能含有控制字符")
    return text


PlainText = Annotated[str, AfterValidator(_plain)]
Cursor = Annotated[str, Field(max_length=400, pattern=r"^[A-Za-z0-9_-]+$")]


def only_known_filters(request: HttpRequest, filters: type[Schema]) -> None:
    """Refuse a filter that the operation does not have: a misspelt one would silently widen the answer."""
    unknown = sorted(set(request.GET) - set(filters.model_fields))
    if unknown:
        raise InvalidInput("没有这个筛选条件。", next_step="请对照接口说明中的名称。", field=unknown[0])
