"""The gateway as this machine's file describes it (docs/how-to/connect-messages.md). Without a file no gateway is connected.

The file belongs to the machine, not to the policy: addresses, folders, and where the secret lies. The secret is a file of its own, of the
owner alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.conf import settings

from songhe.contexts.messaging.errors import GatewayWrong
from songhe.contexts.messaging.words import GatewayKind

SIGNATURES = ("sha256", "sm3")


@dataclass(frozen=True, slots=True)
class Secret:
    """Headers that the platform wants, and the key of the signatures in both directions. Never shown, never logged."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """A city's own platform. `same_once`: it takes the same message number only once, so that a try that was cut off may be repeated.

    Seconds and hours; `templates`: the pack's text -> the platform's template number (empty: the text itself is sent).
    """

    url: str
    receipts_url: str
    secret: Secret
    same_once: bool
    timeout: float
    tries: int
    first_pause: float
    longest_pause: float
    signature: str
    templates: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FilesGateway:
    """Folders that something else carries across to the other network and back."""

    outgoing: Path
    incoming: Path
    most_rows: int


@dataclass(frozen=True, slots=True)
class Gateway:
    """How messages leave. `unknown_after`: hours after handing over without a receipt until nobody can tell."""

    kind: GatewayKind
    http: HttpGateway | None = None
    files: FilesGateway | None = None
    unknown_after: int = 72

    @property
    def connected(self) -> bool:
        """Whether messages can be sent at all."""
        return self.kind is not GatewayKind.NONE


NOT_CONNECTED = Gateway(GatewayKind.NONE)


def gateway() -> Gateway:
    """The gateway now; the file is read again when it has changed. Raises GatewayWrong with what to mend."""
    path = Path(os.environ.get("SONGHE_MESSAGES") or Path(settings.VAR) / "messages.yaml")
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        return NOT_CONNECTED
    return _read(str(path), stamp)


def is_connected() -> bool:
    """Whether messages can be sent; a file that cannot be used counts as not connected (the page of the system desk says why)."""
    try:
        return gateway().connected
    except GatewayWrong:
        return False


@lru_cache(maxsize=4)
def _read(path: str, stamp: int) -> Gateway:
    try:
        said = yaml.safe_load(Path(path).read_text("utf-8")) or {}
        kind = GatewayKind(said.get("gateway", "none"))
        hours = _number(said, "unknown_after_hours", 72, 1, 720)
        if kind is GatewayKind.HTTP:
            return Gateway(kind, http=_http(said["http"]), unknown_after=int(hours))
        if kind is GatewayKind.FILES:
            return Gateway(kind, files=_files(said["files"]), unknown_after=int(hours))
    except GatewayWrong:
        raise
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError, OSError) as wrong:
        raise _wrong(f"{type(wrong).__name__} {wrong}" if isinstance(wrong, KeyError) else type(wrong).__name__) from None
    return NOT_CONNECTED


def _wrong(what: str) -> GatewayWrong:
    return GatewayWrong(f"短信平台的设置读不了：{what}。", next_step="请照《接通短信》的样子改好设置文件。")


def _number(said: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    value = said.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _wrong(f"{name} 要写{low:g}到{high:g}的数")
    return value


def _http(said: Mapping[str, Any]) -> HttpGateway:
    signature = str(said.get("signature", "sha256"))
    if signature not in SIGNATURES:
        raise _wrong("signature 只能写 sha256 或 sm3")
    return HttpGateway(
        url=_address(said["url"]), receipts_url=_address(said["receipts_url"]) if said.get("receipts_url") else "",
        secret=_secret(Path(said["secret_file"])), same_once=said.get("same_once") is True, timeout=_number(said, "timeout_seconds", 10, 0.05, 60),
        tries=int(_number(said, "tries", 6, 1, 20)), first_pause=_number(said, "first_pause_seconds", 30, 0, 3600),
        longest_pause=_number(said, "longest_pause_seconds", 3600, 0, 86400), signature=signature,
        templates={str(name): str(number) for name, number in (said.get("templates") or {}).items()},
    )  # fmt: skip


def _address(text: object) -> str:
    parts = urlsplit(str(text))
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or parts.password:
        raise _wrong("网址不对，要写完整的 https 地址，不带账号")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise _wrong("网址要用 https")
    return str(text)


def _secret(path: Path) -> Secret:
    if path.stat().st_mode & 0o077:
        raise _wrong("密钥文件的权限太宽，请执行 chmod 600")
    said = json.loads(path.read_text("utf-8"))
    key = str(said["key"]).encode()
    if len(key) < 16:
        raise _wrong("密钥文件里的 key 太短，至少16个字符")
    return Secret({str(k): str(v) for k, v in (said.get("headers") or {}).items()}, key)


def _files(said: Mapping[str, Any]) -> FilesGateway:
    outgoing, incoming = Path(said["outgoing"]), Path(said["incoming"])
    if not outgoing.is_absolute() or not incoming.is_absolute() or outgoing == incoming:
        raise _wrong("两个文件夹要写完整的路径，不能是同一个")
    return FilesGateway(outgoing, incoming, int(_number(said, "most_rows", 5000, 1, 50000)))
