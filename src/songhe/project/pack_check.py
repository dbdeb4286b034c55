"""`songhe pack check`: every fault of one pack or of all, each with file, line, what is wrong and what to write."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from songhe.basics.findings import Finding
from songhe.engines.policy.checking import check_pack
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import read_pack
from songhe.engines.scales.loading import read_scales


def check_packs(packs: Path, city: str | None) -> int:
    """Print what was found; 1 if any of it is an error."""
    known = sorted(folder.name for folder in packs.iterdir() if (folder / "pack.yaml").exists() and folder.name != "national")
    if city is not None and city not in known:
        raise ValueError(f"没有城市“{city}”的政策包 · no pack named {city}; there are: {', '.join(known)}")
    errors = 0
    for name in [city] if city else known:
        files = read_folder(packs, name)
        found = [*check_pack(files, name), *check_scales(files, name)]
        for finding in sorted(found):
            print(f"packs/{finding} [{finding.severity} {finding.code}]")
        bad = sum(finding.severity == "error" for finding in found)
        print(f"{name}: {bad} 个错误 errors, {len(found) - bad} 个提醒 warnings", file=sys.stderr)
        errors += bad
    return 1 if errors else 0


def check_scales(files: Mapping[str, str], city: str) -> list[Finding]:
    """Every fault of the assessment scales in a pack's files; documents and facts that they name are those of the pack."""
    pack, _ = read_pack(files, city)
    sources, facts = (pack.sources, pack.variables.get("person", {})) if pack is not None else (None, None)
    return read_scales(files, city, sources=sources, facts=facts)[1]
