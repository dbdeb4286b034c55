"""What a reader is told about two packs: every difference that matters, and none that is only another line of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from songhe.engines.policy.differences import Difference, differences
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import Pack, load_pack

ROOT = Path(__file__).resolve().parents[3] / "packs"
FILES = read_folder(ROOT, "qingtongxia")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(FILES, "qingtongxia")


def changed(file: str, old: str, new: str, files: Mapping[str, str] = FILES) -> Pack:
    assert files[file].count(old) >= 1
    return load_pack({**files, file: files[file].replace(old, new, 1)}, "qingtongxia")


def test_moved_lines_are_no_difference(pack: Pack) -> None:
    moved = {name: "# one more line\n\n" + text for name, text in FILES.items()}
    assert differences(pack, load_pack(moved, "qingtongxia")) == ()


def test_the_city_s_own_changes_are_told_by_day(pack: Pack) -> None:
    overlay = {
        "parameters": {"allowance_80": [{"from": "2027-01-01", "value": "120.00", "source": "assumed", "note": "按文件"}]},
        "readings": {"hard_up": "all_kinds"},
    }
    found = differences(pack, load_pack(FILES, "qingtongxia", overlay))
    assert found[0] == Difference(
        "parameters",
        "allowance_80",
        "80—89周岁高龄津贴",
        "从2027年1月1日起",
        "100.00 元/月，从2023年11月13日起（文件没有载明）",
        "120.00 元/月（文件没有载明）",
    )
    titles = {reading.id: reading.title for reading in pack.definitions["hard_up"].readings.values()}
    assert found[1] == Difference(
        "definitions", "hard_up", pack.definitions["hard_up"].title, "现在怎样理解", titles["three_kinds"], titles["all_kinds"]
    )
    assert len(found) == 2


def test_a_condition_is_told_as_a_rule(pack: Pack) -> None:
    after = changed("qingtongxia/benefits.yaml", "if: registered_here", 'if: "registered_here and resident_here"')
    (found,) = differences(pack, after)
    assert (found.section, found.rule, found.before, found.after) == (
        "benefits", True, "registered_here", "registered_here and resident_here",
    )  # fmt: skip


def test_what_is_new_and_what_is_gone(pack: Pack) -> None:
    line = next(line for line in FILES["qingtongxia/services.yaml"].splitlines(keepends=True) if line.startswith("long_care_row"))
    without = changed("qingtongxia/services.yaml", line, "")
    (gone,) = differences(pack, without)
    assert (gone.section, gone.title, gone.what, gone.after) == ("services", "长期照护", "取消", "")
    (new,) = differences(without, pack)
    assert (new.what, new.before, new.after) == ("新增", "", gone.before)


def test_a_field_of_the_public_list_is_named(pack: Pack) -> None:
    after = changed(
        "qingtongxia/services.yaml",
        "target: 65周岁及以上老年人, content: 每年一次健康评估、体检和指导",
        "target: 70周岁及以上老年人, content: 每年一次健康评估、体检和指导",
    )
    assert differences(pack, after) == (
        Difference("services", "health_check_row", "老年人健康管理", "对象", "65周岁及以上老年人", "70周岁及以上老年人"),
    )
