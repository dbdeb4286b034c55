"""How abilities are assessed: the national files load and say what nobody checked; mistakes are found with file and line."""

from __future__ import annotations

import pytest
from django.conf import settings

from songhe.engines.policy.assessing import LIMITS
from songhe.engines.policy.checking import check_pack
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import load_pack, read_pack

FILES = read_folder(settings.PACKS, "qingtongxia")


def test_every_value_is_there_and_none_pretends_to_be_checked() -> None:
    pack = load_pack(FILES, "qingtongxia")
    assert set(pack.assessing) == set(LIMITS)
    assert {entry.cited.cite.status for entry in pack.assessing.values()} == {"assumed", "unverified"}
    assert all(entry.cited.note for entry in pack.assessing.values())
    found = {name: entry.value for name, entry in pack.assessing.items()}
    assert (found["validity_months"], found["announcement_days"], found["objection_days"], found["medical_least"]) == (
        24,
        7,
        7,
        1,
    )
    assert pack.assessing["validity_months"].scales == {"ltci_2021": 24}


def test_the_other_fields_of_the_form_are_known() -> None:
    fields = load_pack(FILES, "qingtongxia").assessment_form
    assert (fields["height_cm"].low, fields["height_cm"].high, fields["height_cm"].unit) == (50, 230, "厘米")
    assert dict(fields["special_care"].values)["dialysis"] == "透析"
    assert {field.cited.cite.status for field in fields.values()} == {"assumed", "unverified"}


def test_a_city_replaces_one_value() -> None:
    own = "validity_months: {title: 有效期, value: 12, unit: 个月, source: assumed, note: 本市一年一评}\n"
    pack = load_pack({**FILES, "qingtongxia/assessing.yaml": own}, "qingtongxia")
    assert pack.assessing["validity_months"].value == 12
    assert pack.assessing["objection_days"].value == 7


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("validity_months: {title: 甲, value: 0, source: assumed, note: 试}", "type"),
        ("validity_months: {title: 甲, value: 24, scales: {ltci_2021: 99}, source: assumed, note: 试}", "type"),
        ("validity_days: {title: 甲, value: 24, source: assumed, note: 试}", "unknown_name"),
        ("validity_months: {title: 甲, value: 24}", "missing_citation"),
        ("validity_months: {title: 甲, value: 24, source: assumed}", "missing_note"),
    ],
)
def test_mistakes_of_the_rules_are_found(text: str, code: str) -> None:
    _, findings = read_pack({**FILES, "qingtongxia/assessing.yaml": text}, "qingtongxia")
    assert [(f.code, f.line) for f in findings if f.file == "qingtongxia/assessing.yaml"] == [(code, 1)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("shoe: {label: 鞋, kind: choice, source: assumed, note: 试}", "shape"),
        ("shoe: {label: 鞋, kind: text, values: {a: 甲}, source: assumed, note: 试}", "shape"),
        ("shoe: {label: 鞋, kind: number, from: 3, source: assumed, note: 试}", "shape"),
        ("shoe: {label: 鞋, kind: colour, source: assumed, note: 试}", "choice"),
    ],
)
def test_mistakes_of_the_form_are_found(text: str, code: str) -> None:
    _, findings = read_pack({**FILES, "qingtongxia/assessment_form.yaml": text}, "qingtongxia")
    assert [f.code for f in findings if f.file == "qingtongxia/assessment_form.yaml"] == [code]


def test_the_time_to_object_is_not_shorter_than_the_announcement() -> None:
    own = "objection_days: {title: 异议, value: 6, unit: 天, source: assumed, note: 试}"
    found = check_pack({**FILES, "qingtongxia/assessing.yaml": own}, "qingtongxia")
    assert [(f.code, f.file) for f in found if f.severity == "error"] == [("order", "qingtongxia/assessing.yaml")]
