"""The benchmark's own pack, and the same with every benefit several times under other ages and amounts."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import yaml

from songhe.basics.ages import EPOCH, birth_cutoff, months_before
from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Rulebook

FOLDER = Path(__file__).parent / "golden"
AS_OF = dt.date(2026, 11, 1)
_CITY = "golden"
_BOOL = "tag:yaml.org,2002:bool"


class _Plain(yaml.SafeLoader):
    """YAML in which yes and no are words."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def golden_files(copies: int = 1) -> dict[str, str]:
    """The pack's texts; copy k asks for ages k years higher and pays k yuan more, with groups and caps of its own."""
    files = read_folder(FOLDER, _CITY)
    for k in range(1, copies):
        for name, change in (("parameters", _dearer), ("benefits", _older), ("groups", _again)):
            path = f"{_CITY}/{name}.yaml"
            base = yaml.load((FOLDER / _CITY / f"{name}.yaml").read_text(encoding="utf-8"), _Plain)  # noqa: S506
            whole = yaml.load(files[path], _Plain)  # noqa: S506
            files[path] = yaml.safe_dump(change(whole, base, k), allow_unicode=True, sort_keys=False)
    return files


def _dearer(whole: dict[str, Any], base: dict[str, Any], k: int) -> dict[str, Any]:
    for name, entry in base.items():
        value = f"{float(entry['values'][0]['value']) + k:.2f}"
        whole[f"{name}_{k}"] = entry | {"values": [entry["values"][0] | {"value": value}]}
    return whole


def _older(whole: dict[str, Any], base: dict[str, Any], k: int) -> dict[str, Any]:
    def age(found: re.Match[str]) -> str:
        return f"age >= {int(found[1]) + k}"

    for name, entry in base.items():
        who = [condition | {"if": re.sub(r"age >= (\d+)", age, condition["if"])} for condition in entry["who"]]
        copy = entry | {"who": who}
        if "pay" in entry:
            copy["pay"] = re.sub(r"p\.([a-z0-9_]+)", rf"p.\1_{k}", re.sub(r"age >= (\d+)", age, entry["pay"]))
        whole[f"{name}_{k}"] = copy
    return whole


def _again(whole: dict[str, Any], base: dict[str, Any], k: int) -> dict[str, Any]:
    for kind, entries in base.items():
        for name, entry in entries.items():
            copy = entry | {"among": [f"{benefit}_{k}" for benefit in entry["among"]]}
            if "total" in entry:
                copy["total"] = f"{entry['total']}_{k}"
            whole[kind][f"{name}_{k}"] = copy
    return whole


def golden_rulebook(copies: int = 1, parameters: dict[str, int] | None = None) -> Rulebook:
    """The resolved rules on the benchmark's day."""
    return resolve(load_pack(golden_files(copies), _CITY), AS_OF, parameters=parameters)


def peer_rules(rulebook: Rulebook, folder: Path) -> Path:
    """A file with the amounts and cut-off days that the peer's model needs, so that both sides use the same."""
    amounts = {name: value.value for name, value in rulebook.parameters.items()}
    cutoffs = {str(age): (birth_cutoff(age, AS_OF) - EPOCH).days for age in range(40, 120)}
    check = (months_before(AS_OF, 12) - EPOCH).days
    path = folder / "rules.json"
    path.write_text(json.dumps({"amounts": amounts, "cutoffs": cutoffs, "check_cutoff": check}), encoding="utf-8")
    return path
