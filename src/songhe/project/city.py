"""Which city this machine shows: chosen by `make run`, remembered in `var/city.json` for every later command."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Choice:
    """A folder of packs/ and the demo city's size (1 is the real one's)."""

    city: str
    scale: float

    @property
    def database(self) -> str:
        """Each choice has a database of its own, so that trying another city destroys nothing."""
        size = "" if self.scale == 1 else f"_{self.scale:g}".replace(".", "_")
        return f"songhe_{self.city}{size}"

    @property
    def label(self) -> str:
        """For folders and messages."""
        return self.database.removeprefix("songhe_")


def read_choice(var: Path) -> Choice | None:
    """SONGHE_CITY and SONGHE_SCALE if set, else what was remembered, else None."""
    city = os.environ.get("SONGHE_CITY")
    if city:
        return Choice(city, float(os.environ.get("SONGHE_SCALE") or 1))
    try:
        return Choice(**json.loads((var / "city.json").read_text()))
    except FileNotFoundError:
        return None


def choice_of_backup(folder: Path) -> Choice:
    """The city that a backup was made of; raises ValueError where there is no backup or it was of no city."""
    try:
        contents = json.loads((folder / "contents.json").read_text())
        return Choice(str(contents["city"]), float(contents["scale"]))
    except (FileNotFoundError, NotADirectoryError, KeyError, ValueError) as error:
        raise ValueError(f"这里没有完整的备份 {folder} · no whole backup in {folder}") from error


def choose(choice: Choice, var: Path) -> None:
    """This choice holds for this process, its children, and every later command."""
    os.environ["SONGHE_CITY"], os.environ["SONGHE_SCALE"] = choice.city, f"{choice.scale:g}"
    var.mkdir(parents=True, exist_ok=True)
    draft = var / f"city.json.{os.getpid()}"
    draft.write_text(json.dumps(asdict(choice)))
    draft.replace(var / "city.json")


def parse_choice(city: str, scale: str, packs: Path) -> Choice:
    """Raises ValueError with a sentence if there is no such pack or the scale makes no sense."""
    known = sorted(folder.name for folder in packs.iterdir() if (folder / "pack.yaml").exists() and folder.name != "national")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", city) or city not in known:
        raise ValueError(f"没有城市“{city}”的政策包 · no pack for CITY={city}; there are: {', '.join(known)}")
    try:
        size = float(scale)
    except ValueError:
        size = 0.0
    if not 0 < size <= 10:
        raise ValueError(
            f"SCALE 要在 0 和 10 之间 · SCALE={scale} must be a number above 0 and up to 10 (1 is the city's real size)"
        )
    return Choice(city, size)
