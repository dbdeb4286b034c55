"""Documents that were signed here: whether a file or a code is genuine, and the certificates to check them elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from songhe.api.access import CallerRequest, Needs
from songhe.api.fields import PlainText
from songhe.api.problems import REFUSALS
from songhe.foundation import certificates, signing
from songhe.foundation.access import Right
from songhe.foundation.signing import Checked

router = Router(tags=["documents"])


class ToldOut(Schema):
    """One line that stands on the document."""

    label: str
    words: str


class CheckedOut(Schema):
    """The answer. `verdict`: genuine, changed, foreign (somebody else's signature), unsigned, outlived (the certificate had ended), unknown (no such code).

    Only of a genuine document: `kind`, `issuer`, `told`, `signed_at`, and by which certificate; `self_issued`: no provider vouches for it.
    """

    verdict: str
    code: str
    kind: str
    issuer: str
    told: list[ToldOut]
    signed_at: dt.datetime | None
    certificate: str
    self_issued: bool | None


class CodeIn(Schema):
    """The code printed on the document."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[PlainText, Field(min_length=1, max_length=40)]


class CertificateOut(Schema):
    """A certificate that signs or has signed here; `retired_at` is null for one that signs."""

    fingerprint: str
    subject: str
    self_issued: bool
    valid_from: dt.datetime
    valid_to: dt.datetime
    retired_at: dt.datetime | None
    pem: str


@router.post("/checks/code", response={200: CheckedOut, **REFUSALS}, auth=Needs(Right.SEE_PACKS), operation_id="check_document_code",
             summary="Whether a code belongs to a document signed here")  # fmt: skip
def check_code(request: CallerRequest, asked: CodeIn) -> CheckedOut:
    """As the public page 验证文件: what stands on the document, for comparing with the paper."""
    return _out(signing.check_code(asked.code, place=f"api:{request.auth.id}"))


@router.post("/checks/file", response={200: CheckedOut, **REFUSALS}, auth=Needs(Right.SEE_PACKS), operation_id="check_document_file",
             summary="Whether a PDF was signed here and is unchanged")  # fmt: skip
def check_file(request: CallerRequest, file: File[UploadedFile]) -> CheckedOut:
    """The file is looked at and not kept."""
    return _out(signing.check_file(file.read(), place=f"api:{request.auth.id}"))


@router.get("/certificates", response={200: list[CertificateOut], **REFUSALS}, auth=Needs(Right.SEE_PACKS), operation_id="list_signing_certificates",
            summary="The certificates that sign or have signed here")  # fmt: skip
def list_certificates(request: CallerRequest) -> list[CertificateOut]:
    """For checking documents without asking us; latest first."""
    return [
        CertificateOut(
            fingerprint=one.fingerprint, subject=one.subject, self_issued=one.origin is certificates.Origin.SELF, valid_from=one.valid_from,
            valid_to=one.valid_to, retired_at=one.retired_at, pem=one.pem,
        )
        for one in certificates.certificates()
    ]  # fmt: skip


def _out(checked: Checked) -> CheckedOut:
    face = checked.face
    return CheckedOut(
        verdict=checked.verdict.value, code=checked.code, kind=face.kind if face else "", issuer=face.issuer if face else "",
        told=[ToldOut(label=label, words=words) for label, words in face.told] if face else [], signed_at=checked.signed_at,
        certificate=checked.certificate.fingerprint if checked.certificate else "",
        self_issued=checked.self_issued if checked.certificate else None,
    )  # fmt: skip
