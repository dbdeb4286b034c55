"""Files that come in too large are refused while they come in: nothing of them is kept, not even for a moment on disk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

_MARK = "songhe_refused_bytes"


class BoundedUpload(FileUploadHandler):
    """Skips a file beyond the bound of its address (`SONGHE_UPLOAD_BOUNDS`: prefix → bytes); the form's other fields stay.

    It stands before Django's own handlers; addresses without a bound are left to them.
    """

    bound: int | None = None
    announced = 0
    seen = 0

    def handle_raw_input(
        self, input_data: Any, META: Mapping[str, Any], content_length: int | None, boundary: str, encoding: str | None = None
    ) -> None:
        """The bound of this request, and how much it says it brings."""
        path = str(META.get("PATH_INFO", ""))
        self.bound = next((most for prefix, most in settings.SONGHE_UPLOAD_BOUNDS.items() if path.startswith(prefix)), None)
        self.announced = content_length or 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file of a request that says it is far too large is not even begun."""
        super().new_file(*args, **kwargs)
        self.seen = 0
        if self.bound is not None and self.announced > 2 * self.bound:
            self._refuse(self.announced)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """The chunk, unless the file is beyond its bound by now."""
        self.seen += len(raw_data)
        if self.bound is not None and self.seen > self.bound:
            self._refuse(max(self.seen, self.announced))
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Django's own handlers make the file."""

    def _refuse(self, size: int) -> None:
        setattr(self.request, _MARK, size)
        raise SkipFile


def refused_bytes(request: HttpRequest) -> int:
    """How large the file was that was skipped, 0 where none was. Ask after the form has been read."""
    return int(getattr(request, _MARK, 0))
