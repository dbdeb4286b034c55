"""The two processes that serve: gunicorn for pages and API, a worker for background jobs. If one ends, the other is ended too."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType

HOST = "127.0.0.1"
SECONDS_TO_ANSWER = 180  # the rules and every page are read before the first answer
SECONDS_TO_STOP = 20


def port_is_taken(port: int) -> bool:
    """Whether somebody already listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def serve(port: int, when_ready: Callable[[], None]) -> int:
    """Serve until stopped by Ctrl-C or a signal, or until one of the two processes ends; its exit code."""
    processes = [_start_pages(port), _start_worker()]

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        if _answers(port, processes):
            when_ready()
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
        return next(code for process in processes if (code := process.poll()) is not None)
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, before)
        _end(processes)


def _start_pages(port: int) -> subprocess.Popen[bytes]:
    workers = os.environ.get("SONGHE_PAGE_WORKERS", "2")
    options = ["--bind", f"{HOST}:{port}", "--workers", workers, "--timeout", "120", "--preload", "--log-level", "warning"]
    return _start([sys.executable, "-m", "gunicorn", "songhe.project.wsgi:application", *options])


def _start_worker() -> subprocess.Popen[bytes]:
    return _start([sys.executable, "-m", "songhe.project.command_line", "worker"])


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """In a group of its own: a Ctrl-C at the terminal reaches us alone, and we end the others in order."""
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own command


def _answers(port: int, processes: list[subprocess.Popen[bytes]]) -> bool:
    """Wait until the pages answer; False if a process ended before."""
    end = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < end and all(process.poll() is None for process in processes):
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=SECONDS_TO_ANSWER).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            time.sleep(0.2)
        else:
            return True
    return False


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
