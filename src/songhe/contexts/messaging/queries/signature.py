"""Signatures between this system and the platform: an HMAC over the moment and the body, in both directions."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from songhe.contexts.messaging.errors import ReceiptNotSigned
from songhe.contexts.messaging.queries.gateway import HttpGateway, gateway
from songhe.foundation import clock

TIME, SIGNATURE = "X-Songhe-Time", "X-Songhe-Signature"
SECONDS = 300  # a receipt signed longer ago is not taken


def signed_headers(way: HttpGateway, body: bytes) -> dict[str, str]:
    """The headers that prove who sends the body, and when."""
    moment = str(int(clock.now().timestamp()))
    return {TIME: moment, SIGNATURE: _mac(way, moment, body)}


def _mac(way: HttpGateway, moment: str, body: bytes) -> str:
    content = moment.encode() + b"\n" + body
    if way.signature == "sm3":
        made = HMAC(way.secret.key, SM3())
        made.update(content)
        return made.finalize().hex()
    return hmac.new(way.secret.key, content, hashlib.sha256).hexdigest()


def check_signature(*, moment: str, signature: str, body: bytes) -> None:
    """The body was signed by the platform a short while ago; raises ReceiptNotSigned."""
    way = gateway().http
    fresh = moment.isdecimal() and len(moment) < 12 and abs(clock.now().timestamp() - int(moment)) <= SECONDS
    if way is None or not fresh or not hmac.compare_digest(_mac(way, moment, body).encode(), signature.lower().encode()):
        raise ReceiptNotSigned("回执的签名不对，没有收下。", next_step="请核对密钥和两边的时钟。")
