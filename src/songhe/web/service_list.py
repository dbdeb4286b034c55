"""The public list and the purchase catalogue as people read them: standards with their marks, sources by title, versions by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.queries import VersionBrief
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.public_list import ListRow, PurchaseRow, Standard, public_list, purchase_catalogue
from songhe.engines.policy.rulebook import Citation
from songhe.foundation import clock
from songhe.foundation.errors import NotFound
from songhe.web.rules import citation_text
from songhe.web.words import SOURCE_NOTES

TYPES: Mapping[str, str] = {"material": "物质帮助", "care": "照护服务", "concern": "关爱服务"}
NO_STANDARD = "文件没有写明"
PARTS = frozenset({"services", "purchases", "parameters"})
"""The parts of the pack in whose differences a reader of the lists is interested."""


@dataclass(frozen=True, slots=True)
class StandardShown:
    """One standard; `mark` is assumed, unverified or empty, `note` says why."""

    text: str
    mark: str
    note: str


@dataclass(frozen=True, slots=True)
class ServiceShown:
    """One row of the public list. `benefits` are (id, title) of those that have a page of their own."""

    row: ListRow
    kind: str
    standards: tuple[StandardShown, ...]
    benefits: tuple[tuple[str, str], ...]
    cite: str
    mark: str


@dataclass(frozen=True, slots=True)
class PurchaseShown:
    """One line of the purchase catalogue."""

    row: PurchaseRow
    priority: str
    cite: str
    mark: str


@dataclass(frozen=True, slots=True)
class ListShown:
    """Both lists as one version of the pack states them on a day; `number` counts the versions that differ for a reader, from 1."""

    place: str
    version: VersionBrief
    day: dt.date
    services: tuple[ServiceShown, ...]
    purchases: tuple[PurchaseShown, ...]
    assumed: int

    @property
    def current(self) -> bool:
        """Whether this is the list in force."""
        return self.version.in_use


def list_of(version_id: int | None = None) -> ListShown:
    """The lists of the version in use as of today, or of an earlier one as of the day it came into force. Raises NotFound."""
    versions = policy.public_versions()
    found = next((each for each in versions if (each.in_use if version_id is None else each.id == version_id)), None)
    if found is None:
        raise NotFound("没有这个版本的清单。", next_step="请看现行的清单。")
    day = clock.today() if found.in_use else found.in_force_on
    return shown(policy.pack_of(found.id), found, day)


def shown(pack: Pack, version: VersionBrief, day: dt.date) -> ListShown:
    """The lists of a pack on a day."""
    services = tuple(_service(pack, row) for row in public_list(pack, day))
    purchases = tuple(_purchase(pack, row) for row in purchase_catalogue(pack))
    assumed = sum(each.mark == "assumed" for service in services for each in service.standards)
    return ListShown(pack.place.name, version, day, services, purchases, assumed)


def _service(pack: Pack, row: ListRow) -> ServiceShown:
    titles = [(name, pack.benefits[name].title) for name in row.benefits if name in pack.benefits]
    pages = tuple((name, title) for name, title in titles if pack.benefits[name].entity == "person")
    cite, mark = citation_text(pack, row.cite), _mark(row.cite)
    return ServiceShown(row, TYPES.get(row.type, row.type), tuple(_standard(each) for each in row.standards), pages, cite, mark)


def _standard(found: Standard) -> StandardShown:
    mark = _mark(found.cite)
    return StandardShown(found.text, mark, found.note or SOURCE_NOTES.get(mark, ""))


def _mark(cite: Citation) -> str:
    return "" if cite.status == "stated" else cite.status


def _purchase(pack: Pack, row: PurchaseRow) -> PurchaseShown:
    return PurchaseShown(row, "、".join(row.priority), citation_text(pack, row.cite), _mark(row.cite))
