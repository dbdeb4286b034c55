"""One message to a city's own platform, and the question for receipts: documented JSON over HTTP, signed (docs/how-to/connect-messages.md)."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from songhe.contexts.messaging.queries.gateway import HttpGateway
from songhe.contexts.messaging.queries.signature import signed_headers

MOST_BYTES = 256 * 1024
TAKEN_ALREADY = 409
NOT_NOW = frozenset({429, 503})
_DIGITS = re.compile(r"\d{5,}")


class Said(StrEnum):
    """taken; refused for good; not now (and certainly not taken); doubtful: nobody knows whether it was taken."""

    TAKEN = "taken"
    REFUSED = "refused"
    LATER = "later"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a try; `error` names no number and no content."""

    said: Said
    error: str = ""


class _NoDetour(urllib.request.HTTPRedirectHandler):
    """A platform that sends us elsewhere is not followed: what we send is for one address."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoDetour())


def post(way: HttpGateway, public_id: uuid.UUID, template: str, content: Mapping[str, object]) -> Answer:
    """The platform has been asked once to take the message."""
    body = {"message_id": str(public_id), "number": content["number"], "text": content["text"]}
    if template in way.templates:
        body |= {"template": way.templates[template], "parameters": content["values"]}
    try:
        status, said = _ask(way, way.url, body, {"Idempotency-Key": str(public_id)})
    except ConnectionRefusedError:
        return Answer(Said.LATER, "短信平台没有应答（连接被拒）")
    except (OSError, http.client.HTTPException) as lost:
        return Answer(Said.DOUBTFUL, f"短信平台没有说清收没收到（{type(lost).__name__}）")
    return _judged(status, said)


def _judged(status: int, said: object) -> Answer:
    told = said if isinstance(said, dict) else {}
    if status == TAKEN_ALREADY or (200 <= status < 300 and told.get("accepted") is True):
        return Answer(Said.TAKEN)
    reason = _plain(told.get("reason"))
    if 200 <= status < 300 and told.get("accepted") is False:
        return Answer(Said.REFUSED, f"短信平台不收：{reason}")
    if status in NOT_NOW:
        return Answer(Said.LATER, f"短信平台说等一会儿再发（{status}）")
    if 400 <= status < 500 and status != http.client.REQUEST_TIMEOUT:
        return Answer(Said.REFUSED, f"短信平台不收（{status}）：{reason}")
    return Answer(Said.DOUBTFUL, f"短信平台的答复看不懂（{status}）")


def _plain(reason: object) -> str:
    """What a platform says, without long numbers: it may repeat the number."""
    return _DIGITS.sub("＊＊＊", str(reason or "没有说原因"))[:100]


def ask_receipts(way: HttpGateway, ids: Sequence[uuid.UUID]) -> object:
    """What the platform says of these messages, as it came. Raises OSError where it does not answer."""
    try:
        status, said = _ask(way, way.receipts_url, {"message_ids": [str(each) for each in ids]}, {})
    except http.client.HTTPException as broken:
        raise OSError(type(broken).__name__) from None
    if status != http.client.OK:
        raise OSError(f"{status}")
    return said


def _ask(way: HttpGateway, url: str, body: Mapping[str, object], more: Mapping[str, str]) -> tuple[int, object]:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {**way.secret.headers, **more, "Content-Type": "application/json", **signed_headers(way, content)}
    request = urllib.request.Request(url, data=content, headers=headers, method="POST")  # noqa: S310 -- https only, see queries/gateway
    try:
        with _OPENER.open(request, timeout=way.timeout) as answer:
            status, raw = answer.status, answer.read(MOST_BYTES)
    except urllib.error.HTTPError as refused:
        status, raw = refused.code, refused.read(MOST_BYTES)
    except urllib.error.URLError as lost:
        raise lost.reason if isinstance(lost.reason, OSError) else OSError(str(lost.reason)) from None
    try:
        return status, json.loads(raw)
    except ValueError:
        return status, None
