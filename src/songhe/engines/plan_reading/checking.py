"""Everything that does not fit in one plan document, worst first."""

from __future__ import annotations

from songhe.engines.plan_reading.checks.arithmetic import check_arithmetic
from songhe.engines.plan_reading.checks.document import check_document
from songhe.engines.plan_reading.checks.promises import check_promises
from songhe.engines.plan_reading.checks.repeats import check_repeats
from songhe.engines.plan_reading.checks.words import check_words
from songhe.engines.plan_reading.findings import Checked, Finding
from songhe.engines.plan_reading.reading import read_from
from songhe.engines.plan_reading.source import read_source


def check_plan(raw: str) -> tuple[Finding, ...]:
    """The findings by severity, then by place; the same text gives the same findings."""
    source = read_source(raw)
    checked = Checked(source, read_from(source))
    found = [
        finding
        for check in (check_arithmetic, check_promises, check_words, check_repeats, check_document)
        for finding in check(checked)
    ]
    return tuple(
        sorted(found, key=lambda finding: (finding.severity, finding.places[0].start if finding.places else 0, finding.code))
    )
