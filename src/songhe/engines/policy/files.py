"""A city's pack folder as texts."""

from __future__ import annotations

from pathlib import Path


def read_folder(root: Path, city: str) -> dict[str, str]:
    """The YAML files of `root/national` and `root/<city>` by their names under `root`; FileNotFoundError if the city has none."""
    files: dict[str, str] = {}
    for folder in dict.fromkeys(("national", city)):
        for path in sorted((root / folder).rglob("*.yaml")):
            files[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
    if not any(name.startswith(f"{city}/") for name in files):
        raise FileNotFoundError(f"no pack in {root / city}")
    return files
