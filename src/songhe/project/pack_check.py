"""`songhe pack check`: every fault of one pack or of all, each with file, line, what is wrong and what to write."""

from __future__ import annotations

import sys
from pathlib import Path

from songhe.engines.policy.checking import check_pack
from songhe.engines.policy.files import read_folder


def check_packs(packs: Path, city: str | None) -> int:
    """Print what was found; 1 if any of it is an error."""
    known = sorted(folder.name for folder in packs.iterdir() if (folder / "pack.yaml").exists() and folder.name != "national")
    if city is not None and city not in known:
        raise ValueError(f"没有城市“{city}”的政策包 · no pack named {city}; there are: {', '.join(known)}")
    errors = 0
    for name in [city] if city else known:
        found = check_pack(read_folder(packs, name), name)
        for finding in sorted(found):
            print(f"packs/{finding} [{finding.severity} {finding.code}]")
        bad = sum(finding.severity == "error" for finding in found)
        print(f"{name}: {bad} 个错误 errors, {len(found) - bad} 个提醒 warnings", file=sys.stderr)
        errors += bad
    return 1 if errors else 0
