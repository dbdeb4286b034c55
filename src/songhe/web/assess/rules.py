"""Which benefits depend on the result of an ability assessment, and how grades are given. Nobody's name stands here."""

from __future__ import annotations

from django.http import HttpResponse

from songhe.engines.policy.pack import Pack
from songhe.foundation import clock
from songhe.foundation.access import Right
from songhe.web.access import PageRequest, desk
from songhe.web.city import pack_tables
from songhe.web.city.pack_tables import PackTable
from songhe.web.desk_rules import definitions_naming, export_of, names_any, only, page_of

GRADE = "ability_grade"


def tables(pack: Pack) -> tuple[PackTable, ...]:
    """Benefits that need the grade, the definitions that read it, and what assessors keep to."""
    day = clock.today()
    defined = definitions_naming(pack, GRADE)
    deciding = {
        entry.title
        for entry in pack.benefits.values()
        if (rules := entry.on(day)) is not None
        and any(
            names_any(text, {GRADE, *defined})
            for text in (*(condition.expression.text for condition in rules.who), *([rules.pay.text] if rules.pay else []))
        )
    }
    named = {pack.definitions[name].title for name in defined}
    about = {
        entry.title
        for entry in pack.standards.values()
        if any(word in entry.title + entry.then for word in ("评估", "等级分界", "失能等级"))
    }
    return (
        only(
            pack_tables.benefits(pack),
            deciding,
            id="benefits",
            title="要看能力等级的待遇",
            lead="这些待遇的条件用到能力等级；没有评估过的老人，有的就定不下来。",
        ),
        only(pack_tables.definitions(pack), named, id="definitions", title="等级怎样用", lead="这些说法由能力等级决定。"),
        only(pack_tables.standards(pack), about, id="standards", title="评估要守的规定", lead="谁来评、怎样分级、什么时候评。"),
    )


@desk(Right.SEE_PACKS)
def page_rules(request: PageRequest) -> HttpResponse:
    """The rules for assessors."""
    return page_of(request, tables, "assess/rules.html")


@desk(Right.SEE_PACKS)
def page_export(request: PageRequest) -> HttpResponse:
    """The same as a file."""
    return export_of(request, tables, "要看能力评估的待遇和规定")
