"""Documents signed as PAdES (B-B), and whether a document that somebody holds is one of ours and unchanged. Nothing here asks another host.

What is signed is remembered by its hash and by the code printed on it, so that paper can be checked too. The time in a signature is this
machine's own; no time-stamping service is asked.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from typing import Any, TypeVar

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from songhe.foundation import certificates, clock
from songhe.foundation.certificates import Certificate, Origin, SigningKey
from songhe.foundation.encryption import open_sealed, seal
from songhe.foundation.errors import SongheError
from songhe.foundation.models import DocumentCheck, IssuedDocument

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O, 1 I L
CODE_LENGTH = 12  # 59 bits
FIELD = "Songhe"
BESIDES = 1_536  # bytes of a signature besides its certificates
LARGEST = 20 * 1024 * 1024  # bytes of a file to be checked
CHECKS, WITHIN = 40, dt.timedelta(hours=1)  # from one place

Told = tuple[tuple[str, str], ...]
T = TypeVar("T")


class TooManyChecks(SongheError):
    """So many documents were checked from one place that somebody may be guessing."""

    code = "too_many_checks"
    http_status = 429


class Altered(SongheError):
    """What is kept is not what was signed."""

    code = "document_altered"
    http_status = 500


class Verdict(StrEnum):
    """What can be said of a document. `unsigned`: it bears no signature, or is no PDF; `foreign`: somebody else's signature."""

    GENUINE = "genuine"
    CHANGED = "changed"
    FOREIGN = "foreign"
    UNSIGNED = "unsigned"
    OUTLIVED = "outlived"  # signed by a certificate that did not hold at that moment
    UNKNOWN = "unknown"  # no such code


@dataclass(frozen=True, slots=True)
class Face:
    """What whoever checks the document is told: its kind, who issued it, and a few lines that stand on it."""

    kind: str
    issuer: str
    told: Told = ()


@dataclass(frozen=True, slots=True)
class Signed:
    """The bytes to be kept and given out, the code on them, their SHA-256 in hex."""

    content: bytes
    code: str
    sha256: str
    signed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer. `face`, `signed_at` and `certificate` only where the document is genuine (`face` None where only its signature is known)."""

    verdict: Verdict
    code: str = ""
    face: Face | None = None
    signed_at: dt.datetime | None = None
    certificate: Certificate | None = None

    @property
    def self_issued(self) -> bool:
        """Whether nobody but this installation vouches for the certificate."""
        return self.certificate is not None and self.certificate.origin is Origin.SELF


def new_code() -> str:
    """A code to be printed on a document before it is signed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def spaced(code: str) -> str:
    """The code in groups of four, as people read it out."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def sign(content: bytes, *, code: str, face: Face) -> Signed:
    """The PDF with the installation's signature over all of it, remembered by hash and code. A step inside an action's transaction.

    13 to 24 ms. The file stays PDF/A: the signature is an invisible field in an added revision. Raises SigningUnavailable.
    """
    key, now = certificates.current(), clock.now().replace(microsecond=0)
    signed = _run(lambda: _signed(content, key, face, now))
    sha = hashlib.sha256(signed).hexdigest()
    told = seal(json.dumps(face.told, ensure_ascii=False), context=told_context(code))
    IssuedDocument.objects.create(
        code=code, sha256=sha, kind=face.kind, issuer=face.issuer, told=told, certificate_id=key.certificate.id, signed_at=now
    )
    return Signed(signed, code, sha, now)


def unaltered(content: bytes) -> bytes:
    """The same bytes, if they are exactly what was signed; else Altered."""
    if not IssuedDocument.objects.filter(sha256=hashlib.sha256(content).hexdigest()).exists():
        raise Altered(
            "这份文件和签发时不一样，可能被改动过，不能打开。", next_step="请联系系统管理员从备份恢复，并告诉安全管理员。"
        )
    return content


def code_of(sha256: str) -> str:
    """The code under which the bytes with this hash were signed; empty where they were not."""
    found = IssuedDocument.objects.filter(sha256=sha256).values_list("code", flat=True).first()
    return str(found) if found else ""


def check_file(content: bytes, *, place: str = "") -> Checked:
    """Whether the file is one that was signed here, and not changed by a byte since. Raises TooManyChecks for a `place` that asks too often."""
    _count(place)
    row = IssuedDocument.objects.select_related("certificate").filter(sha256=hashlib.sha256(content).hexdigest()).first()
    found = verdict_on(content, certificates.known)
    if row is None or found.verdict is not Verdict.GENUINE:
        return found
    return Checked(Verdict.GENUINE, row.code, _face(row), found.signed_at, found.certificate)


def check_code(code: str, *, place: str = "") -> Checked:
    """What was signed under the code printed on paper. Raises TooManyChecks."""
    _count(place)
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    row = IssuedDocument.objects.select_related("certificate").filter(code=plain).first() if len(plain) == CODE_LENGTH else None
    if row is None:
        return Checked(Verdict.UNKNOWN)
    return Checked(Verdict.GENUINE, row.code, _face(row), row.signed_at, certificates.known(row.certificate.fingerprint))


def verdict_on(content: bytes, known: Callable[[str], Certificate | None]) -> Checked:
    """What the signature itself says, by the certificates that are known; needs neither database nor network."""
    if len(content) > LARGEST or not content.startswith(b"%PDF") or b"/ByteRange" not in content:
        return Checked(Verdict.UNSIGNED)
    try:
        reader = PdfFileReader(BytesIO(content), strict=False)
        embedded = list(reader.embedded_signatures)
        return _judged(embedded, known) if embedded else Checked(Verdict.UNSIGNED)
    except Exception:  # a file from anybody: whatever it makes the reader stumble over, it is not as it was signed
        return Checked(Verdict.CHANGED)


def _judged(embedded: list[EmbeddedPdfSignature], known: Callable[[str], Certificate | None]) -> Checked:
    last = embedded[-1]
    certificate = known(hashlib.sha256(last.signer_cert.dump()).hexdigest())
    if certificate is None:
        return Checked(Verdict.FOREIGN)
    status = _run(lambda: _status(last, certificate))
    signed_at = status.signer_reported_dt
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and len(embedded) == 1
    if not (status.intact and status.valid and whole) or signed_at is None:
        return Checked(Verdict.CHANGED)
    signed_at = signed_at.astimezone(dt.UTC)
    if not certificate.held_at(signed_at):
        return Checked(Verdict.OUTLIVED)
    return Checked(Verdict.GENUINE, signed_at=signed_at, certificate=certificate)


async def _status(signature: EmbeddedPdfSignature, certificate: Certificate) -> PdfSignatureStatus:
    """The library's finding. Whether the certificate counts is decided here, so its own end does not matter there."""
    root = asn1_x509.Certificate.load(certificate.der)
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=certificate.valid_to - dt.timedelta(days=1))
    return await async_validate_pdf_signature(signature, context, skip_diff=True)


async def _signed(content: bytes, key: SigningKey, face: Face, now: dt.datetime) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(content))
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, name=face.issuer, reason=face.kind
    )
    session = signers.PdfSigner(meta, signer=_signer(key)).init_signing_session(writer)
    session.system_time = now.astimezone(clock.CITY_ZONE)  # the house's clock, not the machine's
    reserved = 2 * (len(key.certificate.der) + sum(map(len, key.chain)) + BESIDES)  # as hex digits
    document = session.prepare_tbs_document(validation_info=None, bytes_reserved=reserved)
    out = BytesIO()
    digest, _ = document.digest_tbs_document(output=out)
    attributes = PdfCMSSignedAttributes(signing_time=session.system_time)
    signing = await document.perform_signature(document_digest=digest.document_digest, pdf_cms_signed_attrs=attributes)
    await signing.post_signature_processing(out)
    return out.getvalue()


@lru_cache(maxsize=4)
def _signer(key: SigningKey) -> signers.SimpleSigner:
    certificate = asn1_x509.Certificate.load(key.certificate.der)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([asn1_x509.Certificate.load(der) for der in key.chain])
    return signers.SimpleSigner(
        signing_cert=certificate, signing_key=asn1_keys.PrivateKeyInfo.load(key.pkcs8), cert_registry=store
    )


def _run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """The library is asynchronous though it waits for nothing; where a loop runs in this thread already, another thread runs it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(lambda: asyncio.run(work())).result()


def _count(place: str) -> None:
    if not place:
        return
    digest, now = hashlib.sha256(place.encode()).hexdigest(), clock.now()
    if DocumentCheck.objects.filter(place_digest=digest, at__gt=now - WITHIN).count() >= CHECKS:
        raise TooManyChecks("验证的次数太多了，请一小时后再试。", next_step="着急的话，请把文件带到社区或窗口核对。")
    DocumentCheck.objects.create(place_digest=digest, at=now)
    DocumentCheck.objects.filter(at__lt=now - dt.timedelta(days=1)).delete()


def _face(row: IssuedDocument) -> Face:
    told = json.loads(open_sealed(row.told, context=told_context(row.code)))
    return Face(row.kind, row.issuer, tuple((label, words) for label, words in told))


def told_context(code: str) -> str:
    """What the sealed lines about a document are bound to."""
    return f"issued:{code}"
