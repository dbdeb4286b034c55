"""What facilities and staff are given is decided like a benefit; a voucher takes off its share of a price and no more than is left."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pytest

from songhe.engines.policy.awards import decide_award, facts_asked, in_force
from songhe.engines.policy.checking import check_pack
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import PackInvalid, load_pack
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.rulebook import Status

PACKS = Path(__file__).resolve().parents[2] / "packs"
DAY = dt.date(2026, 11, 22)
CITIES = ("dawukou", "qidong", "qingtongxia", "weihai", "xuchang")


@cache
def pack(city: str) -> Pack:
    return load_pack(read_folder(PACKS, city), city)


@pytest.mark.parametrize(
    ("city", "award", "facts", "status", "amount"),
    [
        ("xuchang", "star_award", {"kind": "day_care", "star": 3}, Status.ELIGIBLE, 30_000_00),
        ("xuchang", "star_award", {"kind": "day_care", "star": 0}, Status.NOT_ELIGIBLE, None),
        ("xuchang", "star_award", {"kind": "day_care"}, Status.CANNOT_TELL, None),
        ("xuchang", "bed_operating_grant", {"kind": "home", "registered": True, "filed": True, "beds": 120}, Status.ELIGIBLE, 144_000_00),
        ("xuchang", "bed_operating_grant", {"kind": "home", "registered": True, "filed": False, "beds": 120}, Status.NOT_ELIGIBLE, None),
        (
            "dawukou", "insurance_award", {"kind": "home", "private_run": True, "liability_insured": True, "beds": 85},
            Status.ELIGIBLE, 8_500_00,
        ),
        ("dawukou", "rehab_device_award", {"rehab_devices": True}, Status.ELIGIBLE, 20_000_00),
        ("qingtongxia", "social_insurance_award", {"kind": "home", "hires_insured": True}, Status.ELIGIBLE, 30_000_00),
        ("weihai", "skill_award", {"skill_grade": 1}, Status.ELIGIBLE, 5_000_00),
        ("weihai", "skill_award", {"skill_grade": 5}, Status.ELIGIBLE, 1_000_00),
        ("weihai", "skill_award", {"skill_grade": 0}, Status.NOT_ELIGIBLE, None),
        ("weihai", "entry_award", {"graduate": True, "joined_institution": True}, Status.ELIGIBLE, 10_000_00),
        ("weihai", "chain_brand_grant", {"chain": True, "good_evaluation": False}, Status.NOT_ELIGIBLE, None),
        ("weihai", "family_bed_grant", {"kind": "street_centre", "family_bed_service": True}, Status.ELIGIBLE, 50_000_00),
        ("weihai", "village_operating_grant", {"kind": "home"}, Status.NOT_ELIGIBLE, None),
        ("weihai", "elder_care_major_grant", {"kind": "school", "elder_care_major": True}, Status.ELIGIBLE, 500_000_00),
    ],
)  # fmt: skip
def test_an_award_is_decided_with_its_reasons(
    city: str, award: str, facts: dict[str, object], status: Status, amount: int | None
) -> None:
    found = decide_award(pack(city), award, facts, DAY)
    assert (found.explanation.status, found.amount) == (status, amount)
    assert all(condition.text and condition.cite.document for condition in found.explanation.conditions)


def test_an_amount_without_beds_is_not_a_zero() -> None:
    found = decide_award(pack("xuchang"), "bed_operating_grant", {"kind": "home", "registered": True, "filed": True}, DAY)
    assert (found.explanation.status, found.amount) == (Status.CANNOT_TELL, None)
    assert [missing.variable for missing in found.explanation.missing] == ["beds"]


def test_only_the_facts_that_count_are_asked() -> None:
    assert {v.name for v in facts_asked(pack("xuchang"), "bed_operating_grant", DAY)} == {"kind", "registered", "filed", "beds"}
    assert facts_asked(pack("xuchang"), "bed_operating_grant", dt.date(2019, 1, 1)) == ()


@pytest.mark.parametrize("city", CITIES)
def test_no_award_has_an_amount_that_a_document_states(city: str) -> None:
    for entry in in_force(pack(city), DAY):
        used = decide_award(pack(city), entry.id, {}, DAY).explanation.parameters
        assert used and all(value.cite.status == "assumed" for value in used)


@pytest.mark.parametrize(
    ("price", "setting", "left", "off"),
    [(100_00, "home", 800_00, 50_00), (100_00, "institution", 800_00, 40_00), (33_33, "home", 800_00, 16_66), (2_000_00, "home", 800_00, 800_00),
     (1, "home", 5, 0)],
)  # fmt: skip
def test_what_a_voucher_takes_off(price: int, setting: str, left: int, off: int) -> None:
    assert pack("xuchang").vouchers["consumption_voucher"].takes_off(price, setting, left) == off


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("vouchers", "home: 50", "home: 0", "1到100"),
        ("vouchers", "verify_per_mille: 10", "verify_per_mille: 1001", "0到1000"),
    ],
)
def test_a_wrong_voucher_file_is_refused(file: str, old: str, new: str, words: str) -> None:
    files = dict(read_folder(PACKS, "xuchang"))
    name = f"national/{file}.yaml"
    files[name] = files[name].replace(old, new, 1)
    with pytest.raises(PackInvalid) as refused:
        load_pack(files, "xuchang")
    assert any(words in str(finding) for finding in refused.value.findings)


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("xuchang/awards.yaml", "for: facility", "for: person", "facility"),
        ("xuchang/awards.yaml", "star >= 1", "stars >= 1", "stars"),
        ("xuchang/awards.yaml", "p.star_award_amount", "p.nothing", "nothing"),
        ("national/vouchers.yaml", "consumption_voucher:", "no_such_voucher:", "no_such_voucher"),
    ],
)
def test_what_makes_no_sense_is_found(name: str, old: str, new: str, words: str) -> None:
    files = dict(read_folder(PACKS, "xuchang"))
    files[name] = files[name].replace(old, new, 1)
    found = [str(finding) for finding in check_pack(files, "xuchang") if finding.severity == "error"]
    assert found and any(words in finding for finding in found)
