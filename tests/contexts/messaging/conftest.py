"""A platform on this machine that does what it is told: takes, times out after taking, answers 500, refuses."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from songhe.contexts.messaging.actions import NewMessage, ask_for_messages

KEY = "a-key-of-thirty-two-characters!!"
NUMBER = "13912345678"


@dataclass
class Platform:
    """`says`: what each coming request is answered with, the last one for all that follow. `taken`: each message once, as a platform does."""

    url: str = ""
    says: list[str] = field(default_factory=lambda: ["take"])
    requests: list[dict[str, object]] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    receipts: list[dict[str, str]] = field(default_factory=list)

    def next_answer(self) -> str:
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            moment = self.headers["X-Songhe-Time"]
            mac = hmac.new(KEY.encode(), moment.encode() + b"\n" + body, hashlib.sha256).hexdigest()
            assert hmac.compare_digest(mac, self.headers["X-Songhe-Signature"])
            assert self.headers["X-App"] == "songhe"
            sent = json.loads(body)
            platform.requests.append(sent)
            if self.path == "/receipts":
                return self._answer(200, {"receipts": platform.receipts})
            assert self.headers["Idempotency-Key"] == sent["message_id"]
            return self._send(sent, platform.next_answer())

        def _send(self, sent: dict[str, str], how: str) -> None:
            if how == "busy":
                return self._answer(503, {})
            if how == "refuse":
                return self._answer(200, {"accepted": False, "reason": "号码13912345678不在白名单"})
            if how == "500 without taking":
                return self._answer(500, {})
            again = sent["message_id"] in platform.taken
            platform.taken[sent["message_id"]] = sent["text"]
            if how == "take, then hang":
                time.sleep(0.5)
                return None
            if how == "take, then 500":
                return self._answer(500, {})
            return self._answer(409 if again else 200, {"accepted": True})

        def _answer(self, status: int, said: object) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


@pytest.fixture
def platform() -> Iterator[Platform]:
    found = Platform()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes the machine's file of the gateway."""
    secret, file = tmp_path / "secret.json", tmp_path / "messages.yaml"
    monkeypatch.setenv("SONGHE_MESSAGES", str(file))

    def write(**said: object) -> None:
        secret.write_text(json.dumps({"key": KEY, "headers": {"X-App": "songhe"}}))
        secret.chmod(0o600)
        if "http" in said:
            said["http"] = {"secret_file": str(secret), "first_pause_seconds": 0, **said["http"]}  # type: ignore[dict-item]
        file.write_text(yaml.safe_dump(said))

    return write


def connect_http(connect: Callable[..., None], platform: Platform, **more: object) -> None:
    address = {"url": platform.url + "/send", "timeout_seconds": 0.15, "tries": 3, "same_once": True}
    connect(gateway="http", http=address | more)


def ask(key: str = "grant_notice:1", number: str = NUMBER, text: str = "【养老服务】吴老人：您好。") -> str:
    """The key under which the message was asked for."""
    ask_for_messages(
        [
            NewMessage(
                key, "grant_notice", "grant_proposed", "{surname}老人：您好。", text, {"surname": "吴"}, number, "640381/", 45
            )
        ]
    )
    return key
