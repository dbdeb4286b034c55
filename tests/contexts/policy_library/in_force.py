"""For tests that need another version in force and not the way there: the city's own changes, put in force directly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from songhe.contexts.policy_library.actions.put_in_force import keep_version
from songhe.contexts.policy_library.models import PackVersion
from songhe.foundation.access import SYSTEM


@transaction.atomic
def put_in_force(overlay: Mapping[str, Any]) -> int:
    """The files in use with exactly these changes on top decide from now on; the new version's id."""
    current = PackVersion.objects.get(in_use=True)
    return keep_version(SYSTEM, current.pack, current.files, overlay, "测试", number=current.version, draft=None)
