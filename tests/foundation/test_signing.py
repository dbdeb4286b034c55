"""Documents that are signed, checked, tampered with, and signed by certificates that were changed or have ended."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.db import IntegrityError, transaction
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pytest_django import Settings

from songhe.foundation import certificates, clock, signing
from songhe.foundation.certificates import Origin, SigningUnavailable
from songhe.foundation.models import DocumentCheck, IssuedDocument, SigningCertificate
from songhe.foundation.printing import compile_pdf
from songhe.foundation.signing import Altered, Checked, Face, Signed, TooManyChecks, Verdict

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 3)
NOON = dt.datetime(2026, 11, 3, 12, 0, tzinfo=clock.CITY_ZONE)
FACE = Face("待遇通知", "试验市民政局", (("写给", "张**"), ("每月", "100.00 元")))
SHEET = b'#set document(title: "t", date: auto)\n#set text(lang: "zh")\nA letter.'


def signed(code: str = "ABCDEFGH2345") -> Signed:
    return signing.sign(compile_pdf(SHEET, {}, made_on=DAY), code=code, face=FACE)


def verdict(content: bytes) -> Verdict:
    return signing.check_file(content).verdict


def test_what_was_signed_is_genuine_and_says_from_whom_and_when() -> None:
    with clock.frozen(NOON):
        made = signed()
    found = signing.check_file(made.content)
    own = certificates.certificates()
    assert len(own) == 1
    assert found == Checked(Verdict.GENUINE, "ABCDEFGH2345", FACE, NOON, own[0])
    assert found.self_issued
    assert signing.check_code("abcd-efgh 2345") == found
    assert signing.unaltered(made.content) is made.content
    assert (signing.code_of(made.sha256), signing.code_of("0" * 64)) == ("ABCDEFGH2345", "")


def test_the_signature_is_pades_over_the_whole_file_and_the_file_stays_pdf_a() -> None:
    made = signed()
    plain = compile_pdf(SHEET, {}, made_on=DAY)
    assert made.content.startswith(plain)  # an added revision: nothing of the PDF/A is rewritten
    reader = PdfFileReader(BytesIO(made.content))
    (signature,) = reader.embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    attributes = {attribute["type"].native for attribute in signature.signer_info["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}  # B-B: no time of its own inside
    start, _first, second, rest = signature.byte_range
    assert (start, second + rest) == (0, len(made.content))
    field = signature.sig_field
    assert [int(side) for side in field["/Rect"]] == [0, 0, 0, 0] and int(field["/F"]) & 0b111 == 0b100  # printed, not hidden
    form = reader.root["/AcroForm"]
    assert "/NeedAppearances" not in form and "/XFA" not in form
    assert b"pdfaid:part" in bytes(reader.root["/Metadata"].data) and "/OutputIntents" in reader.root


@pytest.mark.parametrize("place", [700, 3_000, -200])
def test_a_changed_byte_is_noticed(place: int) -> None:
    content = bytearray(signed().content)
    content[place] ^= 1
    assert verdict(bytes(content)) is Verdict.CHANGED
    with pytest.raises(Altered):
        signing.unaltered(bytes(content))


def test_what_is_added_afterwards_is_noticed() -> None:
    made = signed()
    writer = IncrementalPdfFileWriter(BytesIO(made.content))
    writer.root["/Extra"] = writer.root["/Type"]
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    assert verdict(out.getvalue()) is Verdict.CHANGED
    assert verdict(made.content + b"\n") is Verdict.CHANGED
    assert verdict(made.content[:-300]) is Verdict.CHANGED


def test_no_signature_and_no_pdf() -> None:
    assert verdict(compile_pdf(SHEET, {}, made_on=DAY)) is Verdict.UNSIGNED
    assert verdict(b"hello") is Verdict.UNSIGNED
    assert signing.check_code("AAAA BBBB CCCC") == Checked(Verdict.UNKNOWN)
    assert signing.check_code("") == Checked(Verdict.UNKNOWN)


def test_another_installation_is_not_ours() -> None:
    made = signed()
    assert signing.verdict_on(made.content, lambda _: None).verdict is Verdict.FOREIGN


def test_elsewhere_the_published_certificate_is_enough() -> None:
    made = signed()
    published = certificates.of_pem(certificates.current().certificate.pem.encode())
    found = signing.verdict_on(made.content, lambda mark: published if mark == published.fingerprint else None)
    assert (found.verdict, found.self_issued, found.face) == (Verdict.GENUINE, True, None)


def test_after_a_rotation_old_documents_stay_genuine_and_the_old_key_signs_nothing_new() -> None:
    with clock.frozen(NOON):
        old = signed()
        first = certificates.current()
    with clock.frozen(NOON + dt.timedelta(days=1)):
        fresh = certificates.rotate()
        new = signed("ABCDEFGH6789")
    assert (verdict(old.content), verdict(new.content)) == (Verdict.GENUINE, Verdict.GENUINE)
    assert signing.check_file(new.content).certificate == fresh != first.certificate
    late = first.certificate.held_at(NOON), certificates.known(first.certificate.fingerprint)
    assert late[0] and late[1] is not None and not late[1].held_at(NOON + dt.timedelta(days=2))


def test_our_own_certificate_is_renewed_before_it_ends() -> None:
    with clock.frozen(NOON):
        first = certificates.current().certificate
        made = signed()
    with clock.frozen(first.valid_to - dt.timedelta(days=31)):
        assert certificates.current().certificate == first
    with clock.frozen(first.valid_to - dt.timedelta(days=29)):
        assert certificates.current().certificate.fingerprint != first.fingerprint
    with clock.frozen(first.valid_to + dt.timedelta(days=400)):
        assert verdict(made.content) is Verdict.GENUINE


def test_signed_after_its_end_counts_for_nothing() -> None:
    with clock.frozen(NOON):
        made = signed()
    SigningCertificate.objects.update(retired_at=NOON - dt.timedelta(hours=1))
    assert verdict(made.content) is Verdict.OUTLIVED


def test_the_private_key_is_sealed_and_rows_are_kept() -> None:
    key = certificates.current()
    row = SigningCertificate.objects.get()
    assert key.pkcs8 not in bytes(row.sealed_key)
    assert "pkcs8" not in repr(key)
    signed()
    for deed in (lambda: IssuedDocument.objects.update(kind="x"), lambda: IssuedDocument.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            deed()
    assert IssuedDocument.objects.get().kind == "待遇通知"


def given(folder: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, begins: dt.datetime, days: int) -> Path:
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "试验市民政局电子印章")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(77)
        .not_valid_before(begins).not_valid_after(begins + dt.timedelta(days=days)).sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / "seal.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, made, None, serialization.BestAvailableEncryption(b"pw")))
    (folder / "password").write_text("pw\n")
    return path


def test_the_certificate_of_the_citys_provider_takes_over(settings: Settings, tmp_path: Path) -> None:
    with clock.frozen(NOON):
        before = signed()
        settings.SONGHE_SIGNING_CERTIFICATE = str(
            given(tmp_path, rsa.generate_private_key(65537, 2048), NOON - dt.timedelta(days=10), 30)
        )
        settings.SONGHE_SIGNING_PASSWORD_FILE = str(tmp_path / "password")
        after = signed("ABCDEFGH6789")
    found = signing.check_file(after.content)
    assert found.certificate is not None
    assert (found.verdict, found.self_issued, found.certificate.subject) == (Verdict.GENUINE, False, "试验市民政局电子印章")
    assert verdict(before.content) is Verdict.GENUINE
    row = SigningCertificate.objects.get(origin=Origin.PROVIDER)
    assert bytes(row.sealed_key) == b""
    with clock.frozen(NOON + dt.timedelta(days=40)):
        assert verdict(after.content) is Verdict.GENUINE  # it held when it signed
        with pytest.raises(SigningUnavailable, match="已经过期"):
            signed("ABCDEFGH3333")
    assert IssuedDocument.objects.count() == 2


@pytest.mark.parametrize("trouble", ["no file", "wrong password", "not a certificate"])
def test_a_providers_file_that_cannot_be_used_is_said(settings: Settings, tmp_path: Path, trouble: str) -> None:
    path = tmp_path / "seal.p12"
    (tmp_path / "password").write_text("pw")
    if trouble == "wrong password":
        given(tmp_path, ec.generate_private_key(ec.SECP256R1()), NOON - dt.timedelta(days=10), 30)
        (tmp_path / "password").write_text("other")
    elif trouble == "not a certificate":
        path.write_bytes(b"something else")
    settings.SONGHE_SIGNING_CERTIFICATE, settings.SONGHE_SIGNING_PASSWORD_FILE = str(path), str(tmp_path / "password")
    with pytest.raises(SigningUnavailable) as refused, clock.frozen(NOON):
        signed()
    assert refused.value.next_step
    assert IssuedDocument.objects.count() == 0


def test_it_works_where_a_loop_runs_already() -> None:
    content = compile_pdf(SHEET, {}, made_on=DAY)
    key = certificates.current()

    async def inside() -> bytes:
        return signing._run(lambda: signing._signed(content, key, FACE, NOON))

    assert signing.verdict_on(asyncio.run(inside()), lambda _: key.certificate).verdict is Verdict.GENUINE


def test_who_checks_too_often_has_to_wait() -> None:
    with clock.frozen(NOON):
        for _ in range(signing.CHECKS):
            signing.check_code("AAAABBBBCCCC", place="10.0.0.1")
        with pytest.raises(TooManyChecks):
            signing.check_file(b"%PDF", place="10.0.0.1")
        assert signing.check_code("AAAABBBBCCCC", place="10.0.0.2").verdict is Verdict.UNKNOWN
    with clock.frozen(NOON + dt.timedelta(minutes=61)):
        assert signing.check_code("AAAABBBBCCCC", place="10.0.0.1").verdict is Verdict.UNKNOWN
    assert DocumentCheck.objects.filter(place_digest__contains="10.0.0").count() == 0


def test_openssl_agrees(tmp_path: Path) -> None:
    """A second opinion about the bytes of the signature, by a tool that knows nothing of ours."""
    made = signed()
    (signature,) = PdfFileReader(BytesIO(made.content)).embedded_signatures
    start, first, second, rest = signature.byte_range
    (tmp_path / "covered").write_bytes(made.content[start : start + first] + made.content[second : second + rest])
    (tmp_path / "cms").write_bytes(bytes(signature.pkcs7_content))
    (tmp_path / "ca.pem").write_text(certificates.current().certificate.pem)
    verify = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "covered", "-CAfile", "ca.pem",
              "-purpose", "any", "-partial_chain", "-out", "/dev/null"]  # fmt: skip
    said = subprocess.run(verify, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (said.returncode, "successful" in said.stderr.lower()) == (0, True), said.stderr
