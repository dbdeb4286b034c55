"""`songhe pack check` reads a pack's scales too: a fault in one is printed with file and line, and the check fails."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from songhe.project.pack_check import check_packs


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """The national pack and one city's, to be changed."""
    for name in ("national", "qingtongxia"):
        shutil.copytree(Path(settings.PACKS) / name, tmp_path / name)
    return tmp_path


def test_a_fault_of_a_scale_is_printed_and_fails_the_check(packs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_packs(packs, "qingtongxia") == 0
    assert capsys.readouterr().out == ""
    file = packs / "national" / "scales" / "gbt42195_2022.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("{grade: 3, from: 30, to: 45}", "{grade: 3, from: 31, to: 45}"), encoding="utf-8")
    assert check_packs(packs, "qingtongxia") == 1
    line = text[: text.index("- {grade: 0, from: 90")].count("\n") + 1
    assert capsys.readouterr().out == (
        f"packs/national/scales/gbt42195_2022.yaml:{line}: 总分的30分哪一段都不算。请把分数段接起来，不要留空 [error gap]\n"
    )


def test_what_a_scale_cites_and_gives_must_be_in_the_pack(packs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = packs / "qingtongxia" / "scales"
    own.mkdir()
    text = (packs / "national" / "scales" / "ltci_2021.yaml").read_text(encoding="utf-8")
    text = text.replace("doc: care_insurance_scale", "doc: hearsay").replace("gives: ltc_grade", "gives: mood")
    (own / "ltci_2021.yaml").write_text(text, encoding="utf-8")
    assert check_packs(packs, "qingtongxia") == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line.split("[")[-1] for line in printed] == ["error unknown_name]", "error unknown_source]"]
    assert all(line.startswith("packs/qingtongxia/scales/ltci_2021.yaml:") for line in printed)
