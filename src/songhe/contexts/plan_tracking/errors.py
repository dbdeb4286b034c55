"""What plan tracking refuses."""

from __future__ import annotations

from songhe.foundation.errors import NotFound


class TargetNotFound(NotFound):
    """The plan in use has no such target."""

    code = "target_not_found"
