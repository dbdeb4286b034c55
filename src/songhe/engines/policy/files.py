"""A city's pack folder as texts."""

from __future__ import annotations

from pathlib import Path


def read_folder(root: Path, city: str) -> dict[str, str]:
    """The YAML files of `root/national` and `root/<city>`, as "folder/name.yaml" -> text; FileNotFoundError if the city has none."""
    files: dict[str, str] = {}
    for folder in dict.fromkeys(("national", city)):
        for path in sorted((root / folder).glob("*.yaml")):
            files[f"{folder}/{path.name}"] = path.read_text(encoding="utf-8")
    if not any(name.startswith(f"{city}/") for name in files):
        raise FileNotFoundError(f"no pack in {root / city}")
    return files
