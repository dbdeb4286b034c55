"""The scales of a pack come with its version; a pack with a broken scale does not come into use."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from songhe.contexts.policy_library.actions import load_folder
from songhe.contexts.policy_library.errors import PackRefused
from songhe.contexts.policy_library.models import PackVersion
from songhe.contexts.policy_library.queries import scales_in_use, scales_of
from songhe.foundation.access import SYSTEM

pytestmark = pytest.mark.django_db


def test_each_version_keeps_its_own_scales(tmp_path: Path) -> None:
    for name in ("national", "qingtongxia"):
        shutil.copytree(Path(settings.PACKS) / name, tmp_path / name)
    first = load_folder(SYSTEM, root=tmp_path, city="qingtongxia")
    version, scales = scales_in_use()
    assert (version, sorted(scales)) == (first, ["gbt42195_2022", "ltci_2021", "mzt039_2013"])
    file = tmp_path / "national" / "scales" / "gbt42195_2022.yaml"
    text = file.read_text(encoding="utf-8")

    file.write_text(text.replace("from: 46, to: 65", "from: 46, to: 64"), encoding="utf-8")
    with pytest.raises(PackRefused) as refused:
        load_folder(SYSTEM, root=tmp_path, city="qingtongxia")
    assert [finding.split(": ", 1)[1] for finding in refused.value.findings] == [
        "总分的65分哪一段都不算。请把分数段接起来，不要留空"
    ]
    assert list(PackVersion.objects.values_list("id", "in_use")) == [(first, True)]

    file.write_text(text.replace("stacking: false", "stacking: true"), encoding="utf-8")
    second = load_folder(SYSTEM, root=tmp_path, city="qingtongxia")
    assert (scales_in_use()[0], scales_in_use()[1]["gbt42195_2022"].stacking) == (second, True)
    assert scales_of(first)["gbt42195_2022"].stacking is False
