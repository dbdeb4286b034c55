"""A version of a pack that a city may have kept is read by today's engine too: what was decided under it can be decided again."""

from __future__ import annotations

import tarfile
from functools import cache
from pathlib import Path

import pytest

from songhe.engines.policy.loading import load_pack
from songhe.engines.scales.loading import load_scales
from tests.packs.reference import CITIES

EARLIER = sorted((Path(__file__).parent / "earlier").glob("*.tar.xz"))
"""All packs as they once were, by day. Where the form of a pack file changes, the packs from before are added; none is taken out."""


@cache
def texts(archive: Path) -> dict[str, str]:
    """Every file by its name under packs/."""
    with tarfile.open(archive) as tar:
        return {
            name.removeprefix("packs/"): content.read().decode()
            for name in tar.getnames()
            if name.endswith(".yaml") and (content := tar.extractfile(name)) is not None
        }


@pytest.mark.parametrize("city", CITIES.values())
@pytest.mark.parametrize("archive", EARLIER, ids=lambda path: path.name)
def test_a_kept_version_is_read_by_todays_engine(archive: Path, city: str) -> None:
    files = {name: text for name, text in texts(archive).items() if name.startswith(("national/", f"{city}/"))}
    assert load_pack(files, city).benefits and load_scales(files, city)


def test_there_is_an_earlier_pack() -> None:
    assert EARLIER
