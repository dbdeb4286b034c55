"""Tests stay on this machine."""

from __future__ import annotations

import socket

import pytest


def test_another_host_is_refused() -> None:
    with socket.socket() as caller, pytest.raises(RuntimeError, match="this one asked for 192\\.0\\.2\\.1"):
        caller.connect(("192.0.2.1", 80))


def test_this_machine_is_reached() -> None:
    with socket.socket() as listener, socket.socket() as caller:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        caller.connect(listener.getsockname())
        assert caller.getpeername() == listener.getsockname()
