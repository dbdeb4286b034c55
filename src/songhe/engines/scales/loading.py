"""Scale files of a pack → `Scale`; the city's file of an id replaces the national one, whole."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from songhe.basics.findings import Finding
from songhe.basics.yaml_parts import read_document
from songhe.engines.scales.checking import check_scale
from songhe.engines.scales.reading import ScaleSection, read_scale
from songhe.engines.scales.scale import Scale

FOLDER = "scales/"


class ScalesInvalid(Exception):
    """A scale cannot be used; `findings` say why, in order of file and line."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


def load_scales(files: Mapping[str, str], city: str) -> dict[str, Scale]:
    """The scales of a city by id, free of faults; raises ScalesInvalid with all findings otherwise. `files`: name → text, as of a pack."""
    scales, findings = read_scales(files, city)
    if any(finding.severity == "error" for finding in findings):
        raise ScalesInvalid(tuple(sorted(findings)))
    return scales


def read_scales(
    files: Mapping[str, str],
    city: str,
    *,
    sources: Collection[str] | None = None,
    facts: Collection[str] | None = None,
) -> tuple[dict[str, Scale], list[Finding]]:
    """Every scale that can be read, and all faults with file and line. `sources`: ids of documents that may be cited; `facts`: names a grade may become."""
    scales: dict[str, Scale] = {}
    findings: list[Finding] = []
    for folder in dict.fromkeys(("national", city)):
        for file in sorted(name for name in files if name.startswith(f"{folder}/{FOLDER}")):
            scale = _one(file, files[file], findings, sources, facts)
            if scale is not None:
                scales[scale.id] = scale
    return scales, findings


def _one(
    file: str, text: str, findings: list[Finding], sources: Collection[str] | None, facts: Collection[str] | None
) -> Scale | None:
    part, found = read_document(file, text)
    findings.extend(found)
    if part is None:
        if not found:
            findings.append(Finding(file, 1, "shape", "文件是空的", "请照 docs/pack-format.md 写一份量表，或删掉文件"))
        return None
    own: list[Finding] = []
    scale = read_scale(ScaleSection(own, file, part, "量表"), hashlib.sha256(text.encode()).hexdigest(), sources)
    name = file.split("/")[-1].removesuffix(".yaml")
    if scale is not None:
        if scale.id != name:
            own.append(
                Finding(
                    file, scale.at.line, "id", f"量表的 id 是“{scale.id}”，文件名是“{name}”", f"请把文件改名为 {scale.id}.yaml"
                )
            )
        if scale.gives and facts is not None and scale.gives not in facts:
            message = f"数据字典里没有叫“{scale.gives}”的数据"
            own.append(Finding(file, scale.at.line, "unknown_name", message, "gives 请写 variables.yaml 里的名称"))
        own.extend(check_scale(scale))
    findings.extend(own)
    return scale if not any(finding.severity == "error" for finding in own) else None
