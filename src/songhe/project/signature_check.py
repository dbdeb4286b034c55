"""`songhe signature`: whether a PDF was signed here and is unchanged; the certificates; a fresh one of our own."""

from __future__ import annotations

from pathlib import Path

from songhe.foundation import audit, certificates, clock, signing
from songhe.foundation.access import SYSTEM
from songhe.foundation.certificates import Certificate, Origin
from songhe.foundation.signing import Checked, Verdict
from songhe.project.progress import say

LABELS = {
    Verdict.GENUINE: "真的,没有改动 · genuine and unchanged",
    Verdict.CHANGED: "被改动过 · changed after it was signed",
    Verdict.FOREIGN: "不是这里签的 · signed by somebody else",
    Verdict.UNSIGNED: "没有电子签名 · bears no signature",
    Verdict.OUTLIVED: "签名时证书已失效 · the certificate did not hold when it signed",
}


def verify_file(file: Path) -> int:
    """Print what can be said of the file by this installation's certificates and memory; 0 where it is genuine."""
    return _print(file, signing.check_file(file.read_bytes()))


def verify_elsewhere(file: Path, certificate: Path) -> int:
    """The same by a published certificate alone, with neither database nor network."""
    try:
        published = certificates.of_pem(certificate.read_bytes())
    except ValueError:
        raise ValueError(f"{certificate} 不是证书 · not a certificate in PEM") from None
    return _print(file, signing.verdict_on(file.read_bytes(), lambda mark: published if mark == published.fingerprint else None))


def list_certificates(*, pem: bool) -> int:
    """Print every certificate, the one that signs first; or, with `pem`, that one for publishing."""
    current = certificates.current().certificate
    if pem:
        print(current.pem, end="")
        return 0
    for one in certificates.certificates():
        state = "使用中 signs now" if one.fingerprint == current.fingerprint else "旧 old" if one.retired_at else "备用 kept"
        say(f"{one.fingerprint[:16]}  {_origin(one):<24} {_day(one)}  {state}  {one.subject}")
    return 0


def rotate() -> int:
    """A fresh certificate of our own signs from now on; what older ones signed stays genuine."""
    made = certificates.rotate()
    audit.record(SYSTEM, "signing.rotate", subject_type="certificate", subject_id=made.fingerprint[:16])
    say(f"新证书 new certificate: {made.fingerprint[:16]}, {_day(made)}")
    return 0


def _print(file: Path, checked: Checked) -> int:
    say(f"{file.name}: {LABELS[checked.verdict]}")
    if checked.face is not None:
        say(f"  {checked.face.kind} · {checked.face.issuer}")
        for label, words in checked.face.told:
            say(f"  {label}: {words}")
        say(f"  验证码 code: {signing.spaced(checked.code)}")
    if checked.signed_at is not None and checked.certificate is not None:
        at = checked.signed_at.astimezone(clock.CITY_ZONE)
        say(f"  {at:%Y-%m-%d %H:%M} · {checked.certificate.subject} · {_origin(checked.certificate)}")
    return 0 if checked.verdict is Verdict.GENUINE else 1


def _origin(certificate: Certificate) -> str:
    return "自签 self-issued" if certificate.origin is Origin.SELF else "印章机构 provider"


def _day(certificate: Certificate) -> str:
    return f"{certificate.valid_from:%Y-%m-%d}—{certificate.valid_to:%Y-%m-%d}"
