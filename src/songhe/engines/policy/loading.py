"""A pack's files → one typed `Pack`: the city's entries over the national ones, then the changes made in the city."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from songhe.basics.ages import to_days
from songhe.basics.money import yuan_to_fen
from songhe.basics.yaml_parts import Listing, Part, Scalar, read_document
from songhe.basics.yaml_parts import Mapping as Map
from songhe.engines.policy import entries, lists
from songhe.engines.policy.assessed_file import read_assessment
from songhe.engines.policy.assessing import read_assessing, read_form_fields
from songhe.engines.policy.banks import read_banks
from songhe.engines.policy.data_uses import read_data_uses
from songhe.engines.policy.findings import Finding, PackInvalid, Place
from songhe.engines.policy.following import read_following
from songhe.engines.policy.funds import read_funds
from songhe.engines.policy.granting_file import read_granting
from songhe.engines.policy.indicators import read_indicators
from songhe.engines.policy.messages_file import read_messages
from songhe.engines.policy.pack import (
    Admission,
    CapEntry,
    Cited,
    Contact,
    GroupEntry,
    LastingEntry,
    Pack,
    Parameter,
    ParameterEntry,
    PlaceNamed,
    RegisterEntry,
    RosterGroups,
    Source,
)
from songhe.engines.policy.precedence import departments_of, read_city_precedence
from songhe.engines.policy.prospect_file import read_prospect
from songhe.engines.policy.registers import read_register_file
from songhe.engines.policy.release_file import read_rating, read_release
from songhe.engines.policy.roster import read_roster
from songhe.engines.policy.rulebook import Citation, Variable
from songhe.engines.policy.sections import Section
from songhe.engines.policy.tree import Type
from songhe.engines.policy.vouchers import read_vouchers

__all__ = ["Overlay", "Pack", "PackInvalid", "load_pack", "overlaid_pack", "parameter_value", "read_pack"]

Entry = TypeVar("Entry")
Overlay = Mapping[str, Any]  # {"parameters": {name: [{"from", "value", "source", "note"}]}, "readings": {definition: reading}}
KNOWN_FILES = {
    "pack",
    "variables",
    "parameters",
    "definitions",
    "benefits",
    "groups",
    "services",
    "admission",
    "assessing",
    "assessment_form",
    "assessment_of_units",
    "standards",
    "targets",
    "tasks",
    "banks",
    "baseline",
    "cases",
    "data_uses",
    "departments",
    "following",
    "funds",
    "vouchers",
    "awards",
    "granting",
    "messages",
    "precedence",
    "indicators",
    "linkage",
    "projection",
    "purchases",
    "rating",
    "release",
    "roster",
}
HEAD_KEYS = {
    "extends",
    "place",
    "valid",
    "counties",
    "members",
    "applies_to",
    "contact",
    "version",
    "id",
    "title",
}  # of pack.yaml
REGISTERS = "registers/"  # one file a register, named by its id
SCALES = "scales/"  # one file an assessment scale; another engine reads and checks these


def load_pack(files: Mapping[str, str], city: str, overlay: Overlay | None = None) -> Pack:
    """The pack, typed and with every name known; raises PackInvalid with all findings if anything in it is wrong."""
    pack, findings = read_pack(files, city, overlay)
    if pack is None or any(finding.severity == "error" for finding in findings):
        raise PackInvalid(tuple(sorted(findings)))
    return replace(pack, findings=tuple(sorted(findings)))


def overlaid_pack(pack: Pack, overlay: Overlay) -> Pack:
    """A loaded pack with more of the city's own changes on top; raises PackInvalid where one of them does not fit."""
    findings: list[Finding] = []
    changed = _overlaid(pack, overlay, findings)
    if findings:
        raise PackInvalid(tuple(sorted(findings)))
    return changed


def read_pack(files: Mapping[str, str], city: str, overlay: Overlay | None = None) -> tuple[Pack | None, list[Finding]]:
    """The pack as far as it can be read, and what is wrong with the form of its files. None where it has no usable pack.yaml."""
    reader = _Reader(files, city)
    pack = reader.pack()
    if pack is None:
        return None, reader.findings
    _check_sources(pack, reader)
    return _overlaid(pack, overlay or {}, reader.findings), reader.findings


@dataclass
class _Head:
    """One pack.yaml."""

    section: Section
    sources: dict[str, Source] = field(default_factory=dict)


class _Reader:
    def __init__(self, files: Mapping[str, str], city: str) -> None:
        self.city = city
        self.findings: list[Finding] = []
        self.parts: dict[str, Part] = {}
        self.folders = tuple(dict.fromkeys(("national", city)))
        self.cites: list[Cited] = []
        for name in sorted(files):
            stem = name.split("/", 1)[-1].removesuffix(".yaml")
            if stem.startswith(SCALES):
                continue
            if stem not in KNOWN_FILES and not stem.startswith(REGISTERS):
                self.findings.append(
                    Finding(name, 1, "unknown_file", f"不认识文件 {stem}.yaml", "可有的文件：" + "、".join(sorted(KNOWN_FILES)))
                )
                continue
            part, found = read_document(name, files[name])
            self.findings.extend(found)
            if part is not None:
                self.parts[name] = part

    def section(self, folder: str, stem: str) -> Section | None:
        file = f"{folder}/{stem}.yaml"
        return Section(self.findings, file, self.parts[file], f"{stem}.yaml ") if file in self.parts else None

    def merged(self, stem: str, read: Callable[[Section], dict[str, Entry]]) -> dict[str, Entry]:
        """National entries, then the city's; the same id replaces the whole entry."""
        found: dict[str, Entry] = {}
        for folder in self.folders:
            section = self.section(folder, stem)
            if section is not None:
                found |= read(section)
        return found

    def last(self, stem: str, read: Callable[[Section], Entry | None]) -> Entry | None:
        """The city's file, or the national one where the city has none."""
        return next((read(section) for folder in self.folders[::-1] if (section := self.section(folder, stem)) is not None), None)

    def listed(self, stem: str, what: str) -> list[Section]:
        files = [f"{folder}/{stem}.yaml" for folder in self.folders]
        return [section for file in files for section in lists.listed(self.findings, file, self.parts.get(file), what)]

    def pack(self) -> Pack | None:
        heads = {folder: _head(section) for folder in self.folders if (section := self.section(folder, "pack")) is not None}
        if self.city not in heads:
            file = f"{self.city}/pack.yaml"
            if not any(finding.file == file for finding in self.findings):
                self.findings.append(Finding(file, 1, "missing_file", "没有 pack.yaml", "请先写 pack.yaml"))
            return None
        own, base = heads[self.city].section, heads.get("national", heads[self.city]).section
        members = own.expression("members") or base.expression("members")
        applies = own.inner("applies_to", "applies_to ") or base.inner("applies_to", "applies_to ")
        if members is None or applies is None:
            own.fault(
                own.line,
                "missing_key",
                "pack.yaml 没有写 members 或 applies_to",
                "请写 members: alive 和 applies_to: {if: …, cite: …}",
            )
            return None
        condition, applies_cited = applies.expression("if", required=True), applies.cited()
        applies.done()
        span = own.inner("valid", "valid ")
        place = own.inner("place", "place ", required=self.city != "national")
        counties = own.inner("counties", "counties ")
        groups, caps = self.groups()
        admission = next(
            (lists.read_admission(s) for folder in self.folders[::-1] if (s := self.section(folder, "admission"))),
            Admission(),
        )
        baseline = self.section(self.city, "baseline")
        figures, contradictions, demo = lists.read_baseline(baseline) if baseline else ((), (), {})
        parameters = self.merged("parameters", entries.read_parameters)
        cases = lists.listed(self.findings, f"{self.city}/cases.yaml", self.parts.get(f"{self.city}/cases.yaml"), "用例")
        named = {code: counties.text(code) for code in counties.map.items} if counties else {}
        pack = Pack(
            id=own.text("id", required=True),
            title=own.text("title", required=True),
            version=own.text("version", required=True),
            place=_place(place),
            valid_from=span.day("from") if span else None,
            valid_to=span.day("to") if span else None,
            members=members,
            applies_to=condition or members,
            applies_cited=applies_cited,
            contact=_contact(own) or _contact(base),
            counties=named,
            sources={name: source for head in heads.values() for name, source in head.sources.items()},
            variables=self.variables(named, lasting := dict[str, LastingEntry]()),
            lasting=lasting,
            parameters=parameters,
            definitions=self.merged("definitions", entries.read_definitions),
            benefits=self.merged("benefits", entries.read_benefits),
            groups=groups,
            caps=caps,
            services=self.merged("services", lists.read_services),
            purchases=self.merged("purchases", lists.read_purchases),
            admission=admission,
            standards=self.merged("standards", lists.read_standards),
            targets=lists.read_targets(self.listed("targets", "目标")),
            tasks=lists.read_tasks(self.listed("tasks", "任务")),
            figures=figures,
            contradictions=contradictions,
            demo=demo,
            cases=lists.read_cases(cases, parameters),
            indicators=self.merged("indicators", read_indicators),
            registers=self.registers(),
            data_uses=self.merged(
                "data_uses", lambda s: read_data_uses(s, departments_of(self.parts.get("national/departments.yaml")))
            ),
            prospect=read_prospect([s for folder in self.folders if (s := self.section(folder, "projection")) is not None]),
            roster=self.last("roster", read_roster) or RosterGroups("", (), Place("roster.yaml", 1)),
            following=self.merged("following", read_following),
            release=self.last("release", read_release),
            rating=self.last("rating", read_rating),
        )
        for head in heads.values():
            head.section.asked |= HEAD_KEYS
            head.section.done()
        return self.handled(pack)

    def handled(self, pack: Pack) -> Pack:
        """The pack with how it is carried out: assessed, granted, paid, and its units assessed."""
        return replace(
            pack,
            assessment=self.last(
                "assessment_of_units", lambda s: read_assessment(s, departments_of(self.parts.get("national/departments.yaml")))
            ),
            assessing=self.merged("assessing", read_assessing),
            assessment_form=self.merged("assessment_form", read_form_fields),
            granting=read_granting([s for folder in self.folders if (s := self.section(folder, "granting")) is not None]),
            messages=read_messages([s for folder in self.folders if (s := self.section(folder, "messages")) is not None]),
            funds=self.last("funds", read_funds),
            banks=self.merged("banks", read_banks),
            vouchers=self.merged("vouchers", read_vouchers),
            awards=self.merged("awards", entries.read_benefits),
        )

    def variables(self, counties: Mapping[str, str], lasting: dict[str, LastingEntry]) -> dict[str, dict[str, Variable]]:
        """The data dictionary; the city's own precedence is checked against it. `lasting` gains what is valid for a time only."""
        known = departments_of(self.parts.get("national/departments.yaml"))
        found = self.merged("variables", lambda section: entries.read_variables(section, known, lasting))
        own = self.section(self.city, "precedence")
        if own is not None:
            read_city_precedence(own, {**found.get("person", {}), **found.get("household", {})}, known, lasting)
        return entries.variables_by_entity(found, counties)

    def registers(self) -> dict[str, RegisterEntry]:
        """National registers, then the city's; the same id replaces the whole register."""
        found: dict[str, RegisterEntry] = {}
        for folder in self.folders:
            own: dict[str, RegisterEntry] = {}
            for file in sorted(self.parts):
                if file.startswith(f"{folder}/{REGISTERS}"):
                    read_register_file(Section(self.findings, file, self.parts[file], "台账"), own)
            found |= own
        return found

    def groups(self) -> tuple[dict[str, GroupEntry], dict[str, CapEntry]]:
        groups: dict[str, GroupEntry] = {}
        caps: dict[str, CapEntry] = {}
        for folder in self.folders:
            section = self.section(folder, "groups")
            if section is not None:
                found, capped = entries.read_groups(section)
                groups |= found
                caps |= capped
        return groups, caps


def _head(section: Section) -> _Head:
    head = _Head(section)
    part = section.inner("sources", "sources ", required=True)
    for name, inner in part.named("文件") if part else ():
        head.sources[name] = Source(
            name,
            inner.text("title", required=True),
            inner.maybe_text("number"),
            inner.text("issuer", required=True),
            inner.day("issued"),
            inner.choice("status", ("issued", "draft"), "issued"),
        )
        inner.part("url")
        inner.part("note")
        inner.done()
    return head


def _place(section: Section | None) -> PlaceNamed:
    if section is None:
        return PlaceNamed("全国", "000000", "prefecture")
    place = PlaceNamed(
        section.text("name", required=True),
        section.text("code", required=True),
        section.choice("level", ("prefecture", "county", "district"), "county"),
    )
    section.done()
    return place


def _contact(section: Section) -> Contact | None:
    part = section.inner("contact", "contact ")
    if part is None:
        return None
    contact = Contact(part.text("counter", required=True), part.text("phone", required=True), part.cited())
    part.done()
    return contact


def _check_sources(pack: Pack, reader: _Reader) -> None:
    """Every document named in a citation is one of the pack's sources."""
    for file, part in reader.parts.items():
        if file.endswith("departments.yaml"):
            continue
        for name, line in _documents_named(part):
            if name not in pack.sources:
                fix = "可写的有：" + "、".join(pack.sources)
                reader.findings.append(Finding(file, line, "unknown_source", f"sources 里没有叫“{name}”的文件", fix))


def _documents_named(part: Part) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    queue: list[tuple[str, Part]] = [("", part)]
    while queue:
        key, item = queue.pop()
        if isinstance(item, Map):
            document = item.items.get("doc") if key == "cite" else None
            if isinstance(document, Scalar) and document.value is not None:
                found.append((str(document.value), document.line))
            queue.extend(item.items.items())
        elif isinstance(item, Listing):
            queue.extend(("", inner) for inner in item.items)
    return found


def _overlaid(pack: Pack, overlay: Overlay, findings: list[Finding]) -> Pack:
    """The pack with the city's own parameter values and chosen readings; what does not fit becomes a finding."""
    parameters = dict(pack.parameters)
    for name, changes in overlay.get("parameters", {}).items():
        if name not in parameters:
            findings.append(Finding("overlay", 1, "unknown_parameter", f"没有叫“{name}”的参数", "请照 parameters.yaml 的名称写"))
            continue
        try:
            parameters[name] = _changed(parameters[name], changes)
        except (KeyError, TypeError, ValueError):
            findings.append(
                Finding("overlay", 1, "money", f"参数“{name}”的新值写得不对", '金额写 "100.00",整数写 80,并写明生效日期')
            )
    definitions = dict(pack.definitions)
    admission = pack.admission
    for name, reading in overlay.get("readings", {}).items():
        entry = definitions.get(name)
        classes = tuple(replace(c, chosen=reading) if c.id == name and reading in c.readings else c for c in admission.classes)
        if entry is not None and reading in entry.readings:
            definitions[name] = replace(entry, chosen=reading)
        elif classes != admission.classes or any(c.id == name and c.chosen == reading for c in classes):
            admission = replace(admission, classes=classes)
        else:
            findings.append(Finding("overlay", 1, "choice", f"“{name}”没有叫“{reading}”的理解", "请从写明的理解里选一种"))
    return replace(pack, parameters=parameters, definitions=definitions, admission=admission)


def parameter_value(parameter: Parameter, text: str) -> int:
    """A value as it is written in a pack: fen of a decimal string in yuan, a whole number, or days since 1970; raises ValueError."""
    if parameter.type is Type.MONEY:
        return yuan_to_fen(text)
    return int(text) if parameter.type is Type.INT else to_days(dt.date.fromisoformat(text))


def _changed(parameter: Parameter, changes: list[Mapping[str, Any]]) -> Parameter:
    values = {value.valid_from: value for value in parameter.values}
    for change in changes:
        start = dt.date.fromisoformat(str(change["from"]))
        value = parameter_value(parameter, str(change["value"]))
        status = str(change.get("source", "assumed"))
        cited = Cited(Citation("", "", status), str(change.get("note", "")), Place("overlay", 1))
        values[start] = ParameterEntry(start, None, value, cited)
    return replace(parameter, values=tuple(values[day] for day in sorted(values)))
