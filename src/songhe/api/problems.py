"""One shape for every refusal: RFC 9457 problem documents, never a stack trace, never a 500 for bad input."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from songhe.foundation.errors import SongheError

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "请求不完整或格式不对",
    401: "没有有效的令牌",
    403: "没有权限",
    404: "没有找到",
    409: "与现有记录冲突",
    415: "请求格式不支持",
    422: "填写的内容有误",
    503: "暂时不能办理",
}


class FieldProblem(Schema):
    """One field of the request and what is wrong with it."""

    field: str
    message: str


class Problem(Schema):
    """A refusal. `code` is stable; `detail` says what happened and what to do next."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] = Field(default_factory=list)


REFUSALS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem, 503: Problem}


def problem(status: int, code: str, detail: str, errors: Sequence[FieldProblem] = ()) -> HttpResponse:
    """The refusal as a response."""
    body = Problem(title=TITLES.get(status, "没有办成"), status=status, code=code, detail=detail, errors=list(errors))
    return HttpResponse(json.dumps(body.dict(), ensure_ascii=False), status=status, content_type=MEDIA_TYPE)


def _sentence(kind: str, message: str) -> str:
    known = {
        "missing": "缺少这一项",
        "extra_forbidden": "没有这一项",
        "string_too_long": "太长了",
        "less_than_equal": "数太大",
        "greater_than_equal": "数太小",
    }
    return known.get(kind, f"内容不对({kind})" if not message else f"内容不对：{message}")


def register(api: NinjaAPI) -> None:
    """All exceptions of operations are answered as problems."""

    @api.exception_handler(SongheError)
    def refused(request: HttpRequest, error: SongheError) -> HttpResponse:
        fields = [FieldProblem(field=error.field, message=error.sentence)] if error.field else []
        return problem(error.http_status, error.code, f"{error.sentence}{error.next_step}", fields)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = [
            FieldProblem(field=".".join(str(part) for part in e["loc"]), message=_sentence(e["type"], e.get("msg", "")))
            for e in error.errors
        ]
        return problem(422, "invalid_input", "有些内容不能接受，请对照接口说明修改后再试。", fields)

    @api.exception_handler(AuthenticationError)
    def unknown_caller(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        response = problem(401, "unauthenticated", "请在请求头 Authorization 中带上有效的令牌。")
        response["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, "bad_request", "请求读不懂，请检查格式(JSON,UTF-8)。")

    @api.exception_handler(Http404)
    def nowhere(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, "not_found", "没有找到。")

    @api.exception_handler(DataError)
    def unstorable(request: HttpRequest, error: DataError) -> HttpResponse:
        logger.warning("a value reached the database that it cannot hold: %s", type(error).__name__)
        return problem(422, "invalid_input", "有些内容不能接受，请对照接口说明修改后再试。")
