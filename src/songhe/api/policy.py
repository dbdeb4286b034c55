"""The rules in force over the API: the pack, its benefits, definitions, parameters with their history."""

from __future__ import annotations

import datetime as dt

from ninja import Router, Schema

from songhe.api.access import CallerRequest, Needs
from songhe.api.problems import REFUSALS
from songhe.basics.money import fen_to_yuan
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.errors import UnknownBenefit, UnknownParameter
from songhe.engines.policy.pack import BenefitEntry, Cited, DefinitionEntry, Parameter
from songhe.engines.policy.tree import Type
from songhe.foundation import clock
from songhe.foundation.access import Right

router = Router()
SEE = Needs(Right.SEE_PACKS)


class CiteOut(Schema):
    """Where a rule or value comes from. `status` is stated, assumed (no document says it) or unverified."""

    document: str
    clause: str
    status: str
    note: str


class SourceOut(Schema):
    """A document that the pack cites."""

    id: str
    title: str
    number: str | None
    issuer: str
    issued: dt.date | None
    status: str


class PackOut(Schema):
    """The pack in use."""

    id: str
    title: str
    version: str
    content_hash: str
    place: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    sources: list[SourceOut]


class ValueOut(Schema):
    """A parameter's value from a day on: `value` in yuan with two decimals for money, else a whole number or a date."""

    valid_from: dt.date
    valid_to: dt.date | None
    value: str
    cite: CiteOut


class ParameterOut(Schema):
    """A parameter with all its values in order of time."""

    name: str
    title: str
    type: str
    unit: str
    values: list[ValueOut]


class ConditionOut(Schema):
    """One condition as written, with what is said when it holds and when it does not."""

    id: str
    expression: str
    yes: str
    no: str
    cite: CiteOut


class BenefitOut(Schema):
    """A benefit as it stands today; `conditions` is empty where a rule is only announced or not in force."""

    id: str
    title: str
    announced: bool
    kind: str
    entity: str
    in_force_from: dt.date | None
    in_force_to: dt.date | None
    application: str
    gives: str
    where: str
    period: str | None
    pay: str | None
    conditions: list[ConditionOut]
    cite: CiteOut


class ReadingOut(Schema):
    """One way to read an ambiguous text."""

    id: str
    title: str
    expression: str


class DefinitionOut(Schema):
    """A named condition or value; `readings` is empty unless the text is ambiguous."""

    name: str
    title: str
    expression: str
    ambiguity: str
    chosen: str | None
    readings: list[ReadingOut]
    cite: CiteOut


def _cite(cited: Cited) -> CiteOut:
    return CiteOut(document=cited.cite.document, clause=cited.cite.clause, status=cited.cite.status, note=cited.note)


def _value(parameter: Parameter, value: int) -> str:
    if parameter.type is Type.MONEY:
        return fen_to_yuan(value)
    return (dt.date(1970, 1, 1) + dt.timedelta(value)).isoformat() if parameter.type is Type.DATE else str(value)


def _parameter(parameter: Parameter) -> ParameterOut:
    values = [
        ValueOut(valid_from=v.valid_from, valid_to=v.valid_to, value=_value(parameter, v.value), cite=_cite(v.cited))
        for v in parameter.values
    ]
    return ParameterOut(name=parameter.name, title=parameter.title, type=str(parameter.type), unit=parameter.unit, values=values)


def _benefit(entry: BenefitEntry) -> BenefitOut:
    rules = entry.on(clock.today())
    conditions = (
        [ConditionOut(id=c.id, expression=c.expression.text, yes=c.yes, no=c.no, cite=_cite(c.cited)) for c in rules.who]
        if rules
        else []
    )
    return BenefitOut(
        id=entry.id, title=entry.title, announced=entry.announced, kind=entry.kind, entity=entry.entity, in_force_from=entry.in_force_from,
        in_force_to=entry.in_force_to, application=entry.application, gives=rules.gives if rules else "", where=rules.where if rules else "",
        period=str(rules.period) if rules else None, pay=rules.pay.text if rules and rules.pay else None, conditions=conditions, cite=_cite(entry.cited),
    )  # fmt: skip


def _definition(entry: DefinitionEntry) -> DefinitionOut:
    readings = [ReadingOut(id=r.id, title=r.title, expression=r.expression.text) for r in entry.readings.values()]
    return DefinitionOut(
        name=entry.name, title=entry.title, expression=entry.read_as().text, ambiguity=entry.ambiguity, chosen=entry.chosen, readings=readings,
        cite=_cite(entry.cited),
    )  # fmt: skip


@router.get("", response={200: PackOut, **REFUSALS}, auth=SEE, operation_id="get_pack", summary="The pack in use")
def get_pack(request: CallerRequest) -> PackOut:
    """Title, version, hash, span and sources."""
    current = policy.pack_in_use()
    sources = [
        SourceOut(id=s.id, title=s.title, number=s.number, issuer=s.issuer, issued=s.issued, status=s.status)
        for s in current.pack.sources.values()
    ]
    pack = current.pack
    return PackOut(
        id=pack.id, title=pack.title, version=pack.version, content_hash=current.content_hash, place=pack.place.name, valid_from=pack.valid_from,
        valid_to=pack.valid_to, sources=sources,
    )  # fmt: skip


@router.get(
    "/benefits",
    response={200: list[BenefitOut], **REFUSALS},
    auth=SEE,
    operation_id="list_benefits",
    summary="All benefits",
)
def list_benefits(request: CallerRequest) -> list[BenefitOut]:
    """Benefits in force and announced ones, as they stand today."""
    return [_benefit(entry) for entry in policy.pack_in_use().pack.benefits.values()]


@router.get(
    "/benefits/{benefit_id}",
    response={200: BenefitOut, **REFUSALS},
    auth=SEE,
    operation_id="get_benefit",
    summary="One benefit",
)
def get_benefit(request: CallerRequest, benefit_id: str) -> BenefitOut:
    """One benefit by id."""
    entry = policy.pack_in_use().pack.benefits.get(benefit_id)
    if entry is None:
        raise UnknownBenefit("没有这项待遇。", next_step="请从待遇目录中选择。", field="benefit_id")
    return _benefit(entry)


@router.get(
    "/parameters",
    response={200: list[ParameterOut], **REFUSALS},
    auth=SEE,
    operation_id="list_parameters",
    summary="All parameters",
)
def list_parameters(request: CallerRequest) -> list[ParameterOut]:
    """Every dated value with its source; assumed and unverified ones are marked."""
    return [_parameter(parameter) for parameter in policy.pack_in_use().pack.parameters.values()]


@router.get(
    "/parameters/{name}",
    response={200: ParameterOut, **REFUSALS},
    auth=SEE,
    operation_id="get_parameter",
    summary="One parameter",
)
def get_parameter(request: CallerRequest, name: str) -> ParameterOut:
    """One parameter by name."""
    parameter = policy.pack_in_use().pack.parameters.get(name)
    if parameter is None:
        raise UnknownParameter("没有这个参数。", next_step="请从参数表中选择。", field="name")
    return _parameter(parameter)


@router.get(
    "/definitions",
    response={200: list[DefinitionOut], **REFUSALS},
    auth=SEE,
    operation_id="list_definitions",
    summary="All definitions",
)
def list_definitions(request: CallerRequest) -> list[DefinitionOut]:
    """Named conditions, with both readings where the text is ambiguous."""
    return [_definition(entry) for entry in policy.pack_in_use().pack.definitions.values()]
