"""The virus scanner that a city may name: a command that reads a file from its standard input. Where none is named, nothing is pretended.

`SONGHE_VIRUS_SCANNER` is the command with its arguments, such as `clamdscan --no-summary -`. It ends with 0 for a clean file, 1 for an infected one
(as clamscan and clamdscan do); anything else means that it did not look, and the file is refused.
"""

from __future__ import annotations

import shlex
import subprocess
from pathlib import PurePath

from django.conf import settings

from songhe.foundation.errors import InvalidInput, SongheError

SECONDS = 60


class FileInfected(InvalidInput):
    """The scanner found something in the file. Nothing of it was kept."""

    code = "file_infected"


class ScannerFailed(SongheError):
    """The scanner that was named did not look at the file. Nothing of it was kept."""

    code = "scanner_failed"
    http_status = 503


def scan(content: bytes) -> str:
    """The name of the scanner that found nothing, empty where none is named. Raises FileInfected, ScannerFailed."""
    command = shlex.split(getattr(settings, "SONGHE_VIRUS_SCANNER", ""))
    if not command:
        return ""
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as failed:
        raise _failed() from failed
    if done.returncode == 1:
        raise FileInfected(
            "病毒扫描发现这个文件有问题，没有接收。", next_step="请换一台查杀过的电脑重新保存后再传。", field="file"
        )
    if done.returncode != 0:
        raise _failed()
    return PurePath(command[0]).name


def _failed() -> ScannerFailed:
    return ScannerFailed(
        "病毒扫描没有做成，文件没有接收。", next_step="请稍后再试；一直不行请联系系统管理员检查扫描程序。", field="file"
    )
