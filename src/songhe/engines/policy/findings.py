"""What is wrong with a pack, said so that its author can put it right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a pack's file; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault. `message` says what is wrong and `fix` what to write, both in Chinese; severity is error or warning."""

    file: str
    line: int
    code: str
    message: str
    fix: str
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}。{self.fix}"


class PackInvalid(Exception):
    """The pack cannot be used; `findings` say why, in order of file and line."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


class LanguageError(Exception):
    """An expression is refused: `message` says why, `fix` what to write instead (Chinese)."""

    def __init__(self, message: str, fix: str, code: str = "expression") -> None:
        super().__init__(f"{message}。{fix}")
        self.message = message
        self.fix = fix
        self.code = code
