"""Every mistake in a scale file is found with its line, what is wrong and what to write; a city's file replaces the national one."""

from __future__ import annotations

import pytest

from songhe.engines.scales.loading import ScalesInvalid, load_scales, read_scales
from tests.engines.scales.made_up import FILE, TEXT, changed


def _line(piece: str) -> int:
    """The line of the made-up scale that holds this piece first."""
    return TEXT[: TEXT.index(piece)].count("\n") + 1


def test_the_made_up_scale_has_no_fault() -> None:
    scales, findings = read_scales({FILE: TEXT}, "national", sources=["paper"], facts=["age"])
    assert (list(scales), findings) == (["small"], [])


CASES = [
    ("id: small\n", "id: Small-1\n", "id: small\n", "id"),
    ("id: small\n", "id: other\n", "id: small\n", "id"),
    ("title: 小量表\n", "", "id: small", "missing_key"),
    ("about: 只用来试。", "about: 只用来试。\ncolour: red", "about", "unknown_key"),
    ("count: 3\n", "count: 4\n", "id: small", "count"),
    ("count: 3\n", "count: 三\n", "count: 3", "type"),
    ("count: 3\n", "count: 3\nhigh: 8\n", "id: small", "total"),
    ("count: 3\n", "count: 3\ngives: mood\n", "id: small", "unknown_name"),
    ("cite: {doc: paper, clause: 一}\n", "", "id: small", "missing_citation"),
    ("doc: paper", "doc: book", "cite", "unknown_source"),
    ("{grade: 1, label: 中}", "{grade: 3, label: 中}", "{grade: 0, label: 好}", "grades"),
    ("label: 身体\n    better: lower\n    count: 2", "label: 身体\n    better: lower\n    count: 3", "- id: body", "count"),
    ("high: 5\n", "high: 6\n", "- id: body", "total"),
    ("from: 0, to: 2}", "from: 0, to: 1}", "from: 0, to: 2}", "gap"),
    ("from: 0, to: 2}", "from: 0, to: 3}", "from: 3, to: 5}", "overlap"),
    ("from: 3, to: 5}", "from: 3, to: 9}", "from: 3, to: 5}", "range"),
    ("from: 3, to: 5}", "from: 5, to: 3}", "from: 3, to: 5}", "band"),
    ("from: 3, to: 5}", "from: 3}", "from: 3, to: 5}", "band"),
    ("{level: 1, label: 差, from: 3, to: 5}", "{level: 2, label: 差, from: 3, to: 5}", "from: 0, to: 2}", "grades"),
    ("{level: 1, label: 差, from: 3, to: 5}", "{level: 1, from: 3, to: 5}", "from: 3, to: 5}", "missing_key"),
    ("{id: eat, code: \"1\", label: 吃饭, options: yes_no}", "{id: eat, code: \"1\", label: 吃饭, options: maybe}", "{id: eat", "unknown_name"),
    ("{id: eat, code: \"1\", label: 吃饭, options: yes_no}", "{id: eat, code: \"1\", label: 吃饭}", "{id: eat", "missing_key"),
    ("{id: eat, code: \"1\"", "{id: walk, code: \"1\"", "- id: walk", "id"),
    ("code: \"2\"", "code: \"1\"", "- id: walk", "id"),
    ("{id: near, points: 1", "{id: far, points: 1", "{id: near", "id"),
    ("{id: near, points: 1", "{id: near, points: -1", "- id: walk", "points"),
    ("{id: near, points: 1", "{id: near, points: 4", "- id: walk", "order"),
    ("{id: near, points: 1", "{id: near, points: 1.5", "{id: near", "type"),
    ("rows: body", "rows: soul", "first_grade", "unknown_name"),
    ("columns: [mind]", "columns: [body]", "first_grade", "shape"),
    ("    - [1, 2]\n", "", "first_grade", "shape"),
    ("- [0, 1]", "- [0]", "first_grade", "shape"),
    ("- [0, 1]", "- [0, x]", "- [0, 1]", "type"),
    ("- [1, 2]", "- [1, 3]", "first_grade", "unknown_name"),
    ("- [1, 2]", "- [1, 0]", "first_grade", "order"),
    ("- [1, 2]", "- [1, 1]", "first_grade", "band"),
    ("type: count, high: 9}", "type: often}", "{id: falls", "choice"),
    ("{sum: [falls], at_least: 2}", "{sum: [falls], at_least: 10}", "- id: fell", "range"),
    ("{sum: [falls], at_least: 2}", "{sum: [falls, falls], at_least: 2}", "- id: fell", "range"),
    ("{sum: [falls], at_least: 2}", "{sum: [ill], at_least: 1}", "- id: fell", "type"),
    ("{sum: [falls], at_least: 2}", "{sum: [slips], at_least: 1}", "- id: fell", "unknown_name"),
    ("{sum: [falls], at_least: 2}", "{often: falls}", "{sum:", "shape"),
    ("- {circumstance: ill}", "- {circumstance: falls}", "- id: sick", "type"),
    ("- {circumstance: ill}", "- {circumstance: sad}", "- id: sick", "unknown_name"),
    ("{item: walk, is: [never]}", "{item: run, is: [never]}", "- id: sick", "unknown_name"),
    ("{item: walk, is: [never]}", "{item: walk, is: [always]}", "- id: sick", "unknown_name"),
    ("{item: walk, is: [never]}", "{item: walk, is: [near]}", "- id: sick", "order"),
    ("at_least: 2}\n    worse_by: 1", "at_least: 2}\n    to: 7", "- id: fell", "unknown_name"),
    ("at_least: 2}\n    worse_by: 1", "at_least: 2}\n    worse_by: 0", "- id: fell", "range"),
    ("at_least: 2}\n    worse_by: 1", "at_least: 2}\n    worse_by: 1\n    to: 2", "- id: fell", "shape"),
    ("at_least: 2}\n    worse_by: 1", "at_least: 2}\n    to: 1\n    ends: true", "- id: fell", "order"),
    ("  - id: fell", "  - id: sick", "- id: sick", "id"),
    ("item: think, is: [cannot], say", "item: think, is: [never], say", "- {circumstance: ill, item", "unknown_name"),
    ("about: 只用来试。", "about: 只用来试。\nuse: import_only", "id: small", "import_only"),
    ("about: 只用来试。", "about: 只用来试。\nabout: 又写一次。", "about", "yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "code"), CASES)
def test_each_mistake_is_found_at_its_line(old: str, new: str, where: str, code: str) -> None:
    text = changed(old, new)
    scales, findings = read_scales({FILE: text}, "national", sources=["paper"], facts=["age"])
    assert "small" not in scales or not findings
    shift = new.count("\n") - old.count("\n")
    after = TEXT.index(where) > TEXT.index(old)
    lines = {_line(where), _line(where) + shift} if after or code in ("yaml", "unknown_key") else {_line(where)}
    found = [(finding.line, finding.code) for finding in findings]
    assert any((line, code) in found for line in lines), findings
    assert all(finding.file == FILE and finding.message and finding.fix and finding.severity == "error" for finding in findings)


BY_TOTAL = changed(
    "  by: table\n  rows: body\n  columns: [mind]\n  table:\n    - [0, 1]\n    - [1, 2]\n", "  by: total\n  bands: BANDS\n"
)


@pytest.mark.parametrize(
    ("bands", "code"),
    [
        ("[{grade: 0, from: 0, to: 2}, {grade: 1, from: 3, to: 5}, {grade: 2, from: 6, to: 7}]", ""),
        ("[{grade: 0, from: 0, to: 2}, {grade: 1, from: 4, to: 5}, {grade: 2, from: 6, to: 7}]", "gap"),
        ("[{grade: 0, from: 0, to: 3}, {grade: 1, from: 3, to: 5}, {grade: 2, from: 6, to: 7}]", "overlap"),
        ("[{grade: 0, from: 0, to: 2}, {grade: 1, from: 3, to: 5}, {grade: 2, from: 6, to: 8}]", "range"),
        ("[{grade: 2, from: 0, to: 2}, {grade: 1, from: 3, to: 5}, {grade: 0, from: 6, to: 7}]", "order"),
        ("[{grade: 0, from: 0, to: 2}, {grade: 1, from: 3, to: 7}]", "band"),
        ("[{grade: 0, from: 0, to: 2}, {grade: 1, from: 3, to: 5}, {grade: 9, from: 6, to: 7}]", "unknown_name"),
    ],
)
def test_bands_of_the_total(bands: str, code: str) -> None:
    text = BY_TOTAL.replace("BANDS", bands).replace("count: 3\n", "count: 3\nhigh: 7\n", 1)
    codes = {finding.code for finding in read_scales({FILE: text}, "national")[1]}
    assert codes == ({code} if code not in ("", "unknown_name") else {"unknown_name", "band"} if code else set())


def test_a_grade_by_total_needs_one_direction_and_the_full_score() -> None:
    bands = "[{grade: 0, from: 0, to: 2}, {grade: 1, from: 3, to: 5}, {grade: 2, from: 6, to: 7}]"
    mixed = BY_TOTAL.replace("BANDS", bands).replace("label: 精神\n    better: lower", "label: 精神\n    better: higher")
    assert {"missing_key", "order"} <= {finding.code for finding in read_scales({FILE: mixed}, "national")[1]}


def test_all_faults_of_all_files_come_together_and_nothing_is_loaded() -> None:
    files = {FILE: changed("high: 5\n", "high: 6\n"), "national/scales/none.yaml": "", "national/scales/bad.yaml": "a: ["}
    with pytest.raises(ScalesInvalid) as refused:
        load_scales(files, "national")
    assert [(one.file, one.code) for one in refused.value.findings] == [
        ("national/scales/bad.yaml", "yaml"),
        ("national/scales/none.yaml", "shape"),
        (FILE, "total"),
    ]


def test_a_city_replaces_a_national_scale_whole() -> None:
    own = TEXT.replace("title: 小量表", "title: 本市小量表").replace("agreements:", "stacking: true\nagreements:")
    files = {FILE: TEXT, "atlantis/scales/small.yaml": own, "elsewhere/scales/small.yaml": "x", "national/pack.yaml": "y"}
    national, city = load_scales(files, "national")["small"], load_scales(files, "atlantis")["small"]
    assert (national.title, national.stacking) == ("小量表", False)
    assert (city.title, city.stacking) == ("本市小量表", True)
    assert national.sha256 != city.sha256


def test_what_nobody_checked_makes_the_scale_unverified() -> None:
    assert load_scales({FILE: TEXT}, "national")["small"].verified is True
    for old, new in (
        ("clause: 一}\n", "clause: 一}\nverified: false\n"),
        ("  - id: fell\n", "  - id: fell\n    verified: false\n"),
        ("        code: \"2\"\n", "        code: \"2\"\n        source: assumed\n        note: 没有文件写明\n"),
    ):  # fmt: skip
        assert load_scales({FILE: changed(old, new)}, "national")["small"].verified is False
