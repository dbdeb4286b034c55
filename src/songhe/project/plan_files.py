"""`songhe plan read FILE` and `songhe plan check FILE`: what is read of a plan document and what does not fit in it, for people or as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

from songhe.engines.plan_reading.checking import check_plan
from songhe.engines.plan_reading.documents import DocumentProblem, read_document
from songhe.engines.plan_reading.findings import Finding
from songhe.engines.plan_reading.reading import as_data, read_plan, require_plan


def print_reading(file: Path, *, as_json: bool) -> int:
    """The reading is printed; 1 with one sentence where the file cannot be read or is no plan."""
    text = _text(file)
    if text is None:
        return 1
    reading = read_plan(text)
    if as_json:
        print(json.dumps(as_data(reading, text, _short_name(file)), ensure_ascii=False, indent=1))
        return 0
    print(reading.outline.title)
    for task in reading.tasks:
        print(f"任务 {task.clause} {task.title}（{'、'.join(task.responsible) or '没有写责任单位'}）")
    for target in reading.targets:
        value = "里程碑" if target.value is None else f"{target.comparator}{target.value:g}{target.unit or ''}"
        print(f"目标 {target.clause} {target.indicator}：{value} {target.deadline or '没有写期限'}")
    for figure in reading.baselines:
        print(f"现状 {figure.clause} {figure.indicator}：{figure.value:g}{figure.unit} {figure.date}")
    print(f"共{len(reading.tasks)}项任务、{len(reading.targets)}个目标、{len(reading.baselines)}个现状数字")
    return 0


def print_findings(file: Path, *, as_json: bool) -> int:
    """What does not fit in the document is printed, worst first; 1 where it cannot be read or is no plan."""
    text = _text(file)
    if text is None:
        return 1
    found = check_plan(text)
    if as_json:
        print(json.dumps([_finding(finding, text) for finding in found], ensure_ascii=False, indent=1))
        return 0
    for finding in found:
        print(f"{finding.severity} {finding.sentence} {finding.computation}")
        for place in finding.places:
            print(f"    第{place.start}字：{' '.join(text[place.start : place.end].split())[:60]}")
    print(f"共{len(found)}处")
    return 0


def _finding(finding: Finding, text: str) -> dict[str, object]:
    places = [{"offset": place.start, "quote": text[place.start : place.end][:60]} for place in finding.places]
    return {
        "code": finding.code,
        "severity": finding.severity,
        "sentence": finding.sentence,
        "computation": finding.computation,
        "places": places,
    }


def _text(file: Path) -> str | None:
    """The document's text; None after one sentence has said why there is none."""
    try:
        text = read_document(file.read_bytes(), file.name).text
        require_plan(read_plan(text))
    except OSError as error:
        print(f"songhe: 打不开文件 {file}：{error.strerror}")
    except DocumentProblem as problem:
        print(f"songhe: {problem.code}: {problem}{problem.next_step}")
    else:
        return text
    return None


def _short_name(file: Path) -> str:
    """The number that the file's name begins with, or the name."""
    number = re.match(r"\d+", file.stem)
    return number[0] if number else file.stem
