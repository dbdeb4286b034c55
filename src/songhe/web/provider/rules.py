"""What a provider of care has to keep to, what support it can get, and whom a public home takes in first."""

from __future__ import annotations

from django.http import HttpResponse

from songhe.engines.policy.pack import Pack
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.city import pack_tables
from songhe.web.city.pack_tables import PackTable
from songhe.web.desk_rules import export_of, only, page_of

_PARTS = (
    ("facility", "facilities", "机构和设施", "对养老机构、社区养老设施的要求和扶持。"),
    ("organisation", "organisations", "办养老的单位", "对办养老服务的单位的要求和扶持。"),
    ("staff", "staff", "从业人员", "对护理员等从业人员的要求和奖补。"),
)


def tables(pack: Pack) -> tuple[PackTable, ...]:
    """Standards by whom they are for, then the order of admission."""
    whole = pack_tables.standards(pack)
    standards = (
        only(
            whole,
            {each.title for each in pack.standards.values() if each.entity == entity},
            id=id,
            title=title,
            lead=lead,
            without="对象",
        )
        for entity, id, title, lead in _PARTS
    )
    return (*standards, pack_tables.admission(pack))


@desk(Right.SEE_PACKS)
def page_rules(request: PageRequest) -> HttpResponse:
    """The rules for providers."""
    return page_of(request, tables, "provider/rules.html")


@desk(Right.SEE_PACKS)
def page_export(request: PageRequest) -> HttpResponse:
    """The same as a file."""
    return export_of(request, tables, "机构要守的规定和能得的支持")
