"""The words of determination, for screens and letters. Eligible, granted and paid are three different words."""

from __future__ import annotations

from collections.abc import Mapping

from songhe.engines.policy.rulebook import Status

STATUS_LABELS: Mapping[Status, str] = {
    Status.NOT_ELIGIBLE: "目前不符合条件",
    Status.ELIGIBLE: "符合条件",
    Status.CANNOT_TELL: "还不能确定",
    Status.DISPLACED: "已由另一项待遇代替",
    Status.OTHER_MEMBER: "同户另一人享受",
    Status.PROVISIONAL: "暂时符合条件",
    Status.NOT_IN_FORCE: "尚未施行",
}

CITY = "city"
HOUSEHOLD = "household"
MISSING_FACT = "missing_fact"


def town_of(area_path: str) -> str:
    """The path of the town or street above a community; a path of at most two parts stands for itself."""
    parts = area_path.rstrip("/").split("/")
    return "/".join(parts[:-1] if len(parts) > 2 else parts) + "/"
