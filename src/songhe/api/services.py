"""基本养老服务清单 and 政府购买服务目录 over the API, of the version in force or of an earlier one."""

from __future__ import annotations

import datetime as dt

from ninja import Router, Schema

from songhe.api.access import CallerRequest, Needs
from songhe.api.policy import CiteOut
from songhe.api.problems import REFUSALS
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.errors import UnknownVersion
from songhe.engines.policy.public_list import ListRow, PurchaseRow, public_list, purchase_catalogue
from songhe.engines.policy.rulebook import Citation
from songhe.foundation import clock
from songhe.foundation.access import Right

router = Router()
SEE = Needs(Right.SEE_PACKS)


class StandardOut(Schema):
    """What is given; `fen` where it is a sum of money. `cite.status` is assumed where no document states it."""

    text: str
    fen: int | None
    unit: str
    cite: CiteOut


class ServiceOut(Schema):
    """One row of the public list; `standards` is empty where nothing says one."""

    number: int
    id: str
    target: str
    title: str
    content: str
    standards: list[StandardOut]
    owner: str
    type: str
    benefits: list[str]
    cite: CiteOut


class PurchaseOut(Schema):
    """One line of the purchase catalogue; `standard` is empty where no document says one."""

    number: int
    id: str
    target: str
    title: str
    content: str
    standard: str
    priority: list[str]
    owner: str
    cite: CiteOut


class ServiceListOut(Schema):
    """Both lists as a version of the pack states them on a day: today, or the day on which an earlier version came into force."""

    place: str
    version: int
    in_force_on: dt.date
    in_use: bool
    as_of: dt.date
    services: list[ServiceOut]
    purchases: list[PurchaseOut]


def _cite(cite: Citation, note: str) -> CiteOut:
    return CiteOut(document=cite.document, clause=cite.clause, status=cite.status, note=note)


def _service(row: ListRow) -> ServiceOut:
    standards = [StandardOut(text=s.text, fen=s.fen, unit=s.unit, cite=_cite(s.cite, s.note)) for s in row.standards]
    return ServiceOut(
        number=row.number, id=row.id, target=row.target, title=row.title, content=row.content, standards=standards, owner=row.owner, type=row.type,
        benefits=list(row.benefits), cite=_cite(row.cite, row.note),
    )  # fmt: skip


def _purchase(row: PurchaseRow) -> PurchaseOut:
    return PurchaseOut(
        number=row.number, id=row.id, target=row.target, title=row.title, content=row.content, standard=row.standard, priority=list(row.priority),
        owner=row.owner, cite=_cite(row.cite, row.note),
    )  # fmt: skip


@router.get("/services", response={200: ServiceListOut, **REFUSALS}, auth=SEE, operation_id="get_service_list",
            summary="The public list and the purchase catalogue")  # fmt: skip
def get_service_list(request: CallerRequest, version: int | None = None) -> ServiceListOut:
    """Of the version in force, or of the one named."""
    found = next(
        (each for each in policy.versions(request.auth) if (each.in_use if version is None else each.id == version)), None
    )
    if found is None:
        raise UnknownVersion("没有这个版本。", next_step="请从版本列表里选择。", field="version")
    pack, day = policy.pack_of(found.id), clock.today() if found.in_use else found.in_force_on
    return ServiceListOut(
        place=pack.place.name, version=found.id, in_force_on=found.in_force_on, in_use=found.in_use, as_of=day,
        services=[_service(row) for row in public_list(pack, day)], purchases=[_purchase(row) for row in purchase_catalogue(pack)],
    )  # fmt: skip
