"""What is wrong with a pack, said so that its author can put it right."""

from __future__ import annotations

from songhe.basics.findings import Finding, Place

__all__ = ["Finding", "LanguageError", "PackInvalid", "Place"]


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
