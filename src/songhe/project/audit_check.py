"""`songhe audit verify`: whether the audit chain is whole."""

from __future__ import annotations

from songhe.foundation import audit


def verify_audit() -> int:
    """Print the verdict; 1 if a row was altered, removed or slipped in."""
    result = audit.verify()
    if result.ok:
        print(f"审计链完整,共 {result.checked} 条 · the audit chain is whole: {result.checked} rows")
        print(f"可记下凭据备查 · head to note down: {result.head_seq} {result.head_mac}")
        return 0
    print(f"审计链有问题:{result.sentence} · the audit chain is broken at row {result.first_bad_seq} ({result.problem})")
    return 1
