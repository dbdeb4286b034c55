"""A pack's files as typed entries, and every fault with its file and line."""

import datetime as dt

import pytest

from songhe.engines.policy.findings import Finding, PackInvalid
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.rulebook import Citation, Period
from tests.engines.policy.small_pack import BENEFITS, DEFINITIONS, PACK, PARAMETERS, benefit, files, pack


def faults(**changes: str) -> list[Finding]:
    with pytest.raises(PackInvalid) as refused:
        pack(**changes)
    return list(refused.value.findings)


def test_entries_are_typed_and_cited() -> None:
    loaded = pack()
    assert (loaded.id, loaded.place.code, loaded.version, loaded.valid_to) == ("city", "000001", "2026.1", None)
    base = loaded.parameters["base"]
    assert [(value.valid_from, value.value) for value in base.values] == [
        (dt.date(2020, 1, 1), 10000),
        (dt.date(2026, 1, 1), 12000),
    ]
    assert base.values[1].cited.cite == Citation("", "", "assumed")
    assert base.values[1].cited.note == "按演示取值"
    assert loaded.parameters["line"].values[0].cited.cite == Citation("plan", "三", "unverified")
    allowance = loaded.benefits["allowance"]
    assert allowance.versions[0].period is Period.MONTH
    assert [condition.id for condition in allowance.versions[0].who] == ["age", "local"]
    assert allowance.versions[0].who[1].yes == "本市户籍"
    place = allowance.versions[0].who[0].expression.at
    assert (place.file, place.line) == ("city/benefits.yaml", 7)
    assert set(loaded.sources) == {"law", "plan"}
    assert loaded.variables["person"]["assistance"].values == (("none", "无"), ("tekun", "特困供养"), ("dibao", "低保"))


@pytest.mark.parametrize(
    ("changes", "line", "code", "says"),
    [
        ({"benefits": BENEFITS.replace("age >= 80", "age is null")}, 7, "expression", "known(事实)"),
        ({"benefits": BENEFITS.replace("  gives:", "  give:")}, 10, "unknown_key", "是不是想写 gives"),
        ({"benefits": BENEFITS.replace("cite: {doc: plan, clause: 五}, yes: 本市户籍", "yes: 本市户籍")}, 8, "missing_citation", "cite:"),
        ({"benefits": BENEFITS.replace("doc: plan, clause: 五}, yes: 已满", "doc: plann, clause: 五}, yes: 已满")}, 7, "unknown_source", "law、plan"),
        ({"benefits": BENEFITS.replace("from: 2020-01-01", "from: 2020-13-01")}, 5, "yaml", "实际的日期"),
        ({"benefits": BENEFITS.replace("from: 2020-01-01", "from: soon")}, 5, "type", "日期"),
        ({"benefits": BENEFITS.replace("{id: local", "{id: age")}, 6, "id", "不同的 id"),
        ({"benefits": BENEFITS + BENEFITS}, 12, "yaml", "第 1 行已经有了"),
        ({"benefits": BENEFITS.replace("  pay:", "  pays:")}, 9, "unknown_key", "是不是想写 pay"),
        ({"benefits": BENEFITS.replace("  where: 社区", "  where: 社区\n  birthday: never")}, 12, "choice", "on_the_day"),
        ({"benefits": BENEFITS.replace("ask: 请核对户口", "ask: 请核对户口,再来")}, 8, "unknown_key", "加双引号"),
        ({"parameters": PARAMETERS.replace('"100.00"', "100.00")}, 6, "type", "带引号"),
        ({"parameters": PARAMETERS.replace('"100.00"', '"100.005"')}, 6, "money", "两位小数"),
        ({"parameters": PARAMETERS.replace(", note: 按演示取值", "")}, 7, "missing_note", "note"),
        ({"parameters": PARAMETERS.replace("type: money", "type: euro", 1)}, 3, "choice", "money、int、date"),
        ({"definitions": DEFINITIONS.replace("hard_up:", "Hard-up:")}, 1, "id", "小写字母"),
        ({"definitions": DEFINITIONS.replace("hard_up:", "age:")}, 1, "id", "换一个名称"),
        ({"definitions": "x: {title: 甲, if: alive, source: assumed}\n"}, 1, "missing_note", "note"),
        ({"definitions": "x: {title: 甲, readings: {a: {title: 一, if: alive}}, chosen: b, ambiguity: 无, source: assumed}\n"}, 1, "choice", "a"),
        ({"pack": PACK.replace("id: city\n", "")}, 1, "missing_key", "id:"),
        ({"pack": PACK.replace("title: 小城办法", "title: &a 小城办法")}, 9, "yaml", "写全"),
        ({"pack": PACK + "extra: 1\n"}, 10, "unknown_key", "可写的有"),
        ({"cases": "- {name: 甲, as_of: 2026-01-01, people: {a: {}}, expect: {b: {allowance: eligible}}}\n"}, 1, "case", "a"),
        ({"cases": "- {name: 甲, as_of: 2026-01-01, people: {a: {}}, expect: {a: {allowance: yes}}}\n"}, 1, "choice", "not_eligible"),
        ({"services": "row: {title: 甲, target: 乙, content: 丙, type: gift, owner: 民政, cite: {doc: plan, clause: 一}}\n"}, 1, "choice", "material"),
        ({"groups": "exclusive: [a]\n"}, 1, "shape", "键: 值"),
        ({"surprise": "{}\n"}, 1, "unknown_file", "benefits"),
        ({"benefits": "a: [1\n"}, 2, "yaml", "缩进"),
        ({"benefits": "a: !!python/object:os.system {}\n"}, 1, "yaml", "标签"),
    ],
)  # fmt: skip
def test_faults_name_file_line_and_remedy(changes: dict[str, str], line: int, code: str, says: str) -> None:
    found = faults(**changes)
    name = next(iter(changes))
    fault = next((f for f in found if (f.file, f.line, f.code) == (f"city/{name}.yaml", line, code)), None)
    assert fault is not None, [str(f) for f in found]
    assert says in fault.fix + fault.message
    assert str(fault).startswith(f"city/{name}.yaml:{line}: ")


def test_all_faults_are_told_at_once() -> None:
    found = faults(
        benefits=BENEFITS.replace("age >= 80", "age is null").replace("  gives:", "  give:"),
        parameters=PARAMETERS.replace('"100.00"', "1"),
    )
    assert [(f.file, f.line) for f in found] == [
        ("city/benefits.yaml", 1),
        ("city/benefits.yaml", 7),
        ("city/benefits.yaml", 10),
        ("city/parameters.yaml", 6),
    ]


def test_a_city_entry_replaces_the_national_one_whole() -> None:
    texts = files() | {"national/benefits.yaml": benefit("allowance", "alive").replace("doc: plan", "doc: law")}
    texts["national/definitions.yaml"] = 'elder: {title: 老人, if: "age >= 60", cite: {doc: law, clause: 一}}\n'
    loaded = load_pack(texts, "city")
    assert loaded.benefits["allowance"].title == "高龄津贴"
    assert list(loaded.definitions) == ["elder", "hard_up", "all_old"]
    del texts["city/benefits.yaml"]
    assert load_pack(texts, "city").benefits["allowance"].title == "allowance"


def test_the_citys_own_changes_lie_over_the_files() -> None:
    readings = "x: {title: 甲, readings: {a: {title: 一, if: alive}, b: {title: 二, if: local}}, chosen: a, ambiguity: 不明, cite: {doc: plan, clause: 一}}\n"
    overlay = {
        "parameters": {"base": [{"from": "2026-06-01", "value": "150.00", "source": "assumed", "note": "调标"}]},
        "readings": {"x": "b"},
    }
    loaded = load_pack(files(definitions=DEFINITIONS + readings), "city", overlay)
    assert loaded.definitions["x"].chosen == "b"
    entry = loaded.parameters["base"].on(dt.date(2026, 11, 21))
    assert entry is not None
    assert (entry.value, entry.cited.cite.status, entry.cited.note) == (15000, "assumed", "调标")
    for bad in (
        {"parameters": {"nothing": []}},
        {"parameters": {"base": [{"from": "x", "value": "1"}]}},
        {"readings": {"x": "c"}},
    ):
        with pytest.raises(PackInvalid) as refused:
            load_pack(files(definitions=DEFINITIONS + readings), "city", bad)
        assert refused.value.findings[0].file == "overlay"


def test_codes_of_the_county_come_from_the_pack() -> None:
    from tests.engines.policy.small_pack import VARIABLES

    variables = VARIABLES.replace("  grade:", "  county: {type: code, label: 所在县, owner: 公安, values: {}}\n  grade:")
    loaded = pack(variables=variables, pack=PACK + 'counties: {"411002": 魏都区, "411003": 建安区}\n')
    assert loaded.variables["person"]["county"].values == (("411002", "魏都区"), ("411003", "建安区"))


def test_a_missing_pack_yaml_is_said() -> None:
    texts = files()
    del texts["city/pack.yaml"]
    with pytest.raises(PackInvalid) as refused:
        load_pack(texts, "city")
    assert [(f.file, f.code) for f in refused.value.findings] == [("city/pack.yaml", "missing_file")]
