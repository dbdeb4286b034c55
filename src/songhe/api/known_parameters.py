"""A query parameter that the operation does not have is refused: a misspelt filter must not answer with everything."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI

from songhe.foundation.errors import InvalidInput

_ROUTE_PART = re.compile(r"<(?:\w+:)?(\w+)>")


class UnknownParameter(InvalidInput):
    """The address carries a parameter that this operation does not know."""

    code = "unknown_parameter"


def refuse_unknown(api: NinjaAPI, *, prefix: str) -> None:
    """Every operation of the api refuses query parameters that its contract does not name."""

    @cache
    def named() -> Mapping[tuple[str, str], frozenset[str]]:
        return {
            (path, method.upper()): frozenset(one["name"] for one in operation.get("parameters", ()) if one["in"] == "query")
            for path, operations in api.get_openapi_schema(path_prefix=prefix)["paths"].items()
            for method, operation in operations.items()
        }

    def checked(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **values: Any) -> Any:
            match = request.resolver_match
            if request.GET and match is not None:
                path = "/" + _ROUTE_PART.sub(r"{\1}", match.route)
                unknown = sorted(set(request.GET) - named().get((path, request.method or ""), frozenset()))
                if unknown:
                    raise UnknownParameter(
                        f"这个接口没有参数“{unknown[0]}”。", next_step="请对照接口说明，检查参数名的拼写。", field=unknown[0]
                    )
            return view(request, *args, **values)

        return answer

    api.add_decorator(checked, mode="operation")
