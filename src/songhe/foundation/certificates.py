"""The installation's signing keys and certificates: made at first use where none is given, replaced by the file of the city's e-seal provider.

Every certificate that ever signed stays in the database, so that old documents are still recognised after a change. Private keys that were made
here are sealed like any other secret; a provider's key stays in its own file and is never copied.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import IntegrityError, transaction

from songhe.foundation import clock
from songhe.foundation.encryption import open_bytes, seal_bytes
from songhe.foundation.errors import SongheError
from songhe.foundation.models import SigningCertificate

YEARS = 5  # a self-issued certificate holds so long …
RENEWED = dt.timedelta(days=30)  # … and the next is made so long before its end
BEGINS = dt.timedelta(days=400)  # before it was made: documents are entered that bear an earlier day
SELF_NAME = "松鹤系统自签证书"
SELF_UNIT = "自签发，不是可靠电子签名"


class Origin(StrEnum):
    """Who stands behind a certificate: nobody but this installation, or the provider of the city's electronic seal."""

    SELF = "self"
    PROVIDER = "provider"


class SigningUnavailable(SongheError):
    """Nothing can be signed now: the provider's file cannot be opened, or its certificate does not hold today."""

    code = "signing_unavailable"
    http_status = 503


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that signs or has signed. `fingerprint` is the SHA-256 of `der` in hex; `retired_at` is when the next took its place."""

    id: int
    fingerprint: str
    origin: Origin
    subject: str
    valid_from: dt.datetime
    valid_to: dt.datetime
    retired_at: dt.datetime | None
    der: bytes = field(repr=False)

    @property
    def pem(self) -> str:
        """For whoever checks documents elsewhere."""
        return x509.load_der_x509_certificate(self.der).public_bytes(serialization.Encoding.PEM).decode()

    def held_at(self, moment: dt.datetime) -> bool:
        """Whether a signature of that moment counts."""
        return self.valid_from <= moment < self.valid_to and (self.retired_at is None or moment <= self.retired_at)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The certificate that signs now, its private key (PKCS#8), and what the provider gave besides (DER)."""

    certificate: Certificate
    pkcs8: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(default=(), repr=False)


def current() -> SigningKey:
    """What signs now. Without a provider's file it is our own, made if there is none or the last one ends. Raises SigningUnavailable."""
    path = getattr(settings, "SONGHE_SIGNING_CERTIFICATE", "")
    return _given(Path(path)) if path else _own()


def rotate() -> Certificate:
    """A fresh self-issued certificate signs from now on; what older ones have signed stays genuine."""
    with transaction.atomic():
        now = clock.now()
        SigningCertificate.objects.select_for_update().filter(origin=Origin.SELF, retired_at=None).update(retired_at=now)
        return _shown(_make(now))


def known(fingerprint: str) -> Certificate | None:
    """The certificate, if it is one of this installation's."""
    row = SigningCertificate.objects.filter(fingerprint=fingerprint).first()
    return _shown(row) if row is not None else None


def certificates() -> tuple[Certificate, ...]:
    """Every certificate that ever signed here, latest first."""
    return tuple(_shown(row) for row in SigningCertificate.objects.order_by("-made_at", "-pk"))


def of_pem(content: bytes) -> Certificate:
    """A certificate that somebody published, for checking without this installation. Raises ValueError."""
    read = x509.load_pem_x509_certificate(content)
    der = read.public_bytes(serialization.Encoding.DER)
    origin = Origin.SELF if SELF_UNIT in read.subject.rfc4514_string() else Origin.PROVIDER
    return Certificate(0, _fingerprint(der), origin, _name(read), read.not_valid_before_utc, read.not_valid_after_utc, None, der)


def _own() -> SigningKey:
    now = clock.now()
    row = _newest()
    if row is None or row.valid_to - now < RENEWED:
        row = _next(now, row)
    return SigningKey(_shown(row), _opened(row.fingerprint, bytes(row.sealed_key)))


def _newest() -> SigningCertificate | None:
    return SigningCertificate.objects.filter(origin=Origin.SELF, retired_at=None).first()


def _next(now: dt.datetime, old: SigningCertificate | None) -> SigningCertificate:
    """The next certificate of our own; whoever comes second takes what the first has made."""
    try:
        with transaction.atomic():
            if old is not None:
                SigningCertificate.objects.filter(pk=old.pk, retired_at=None).update(retired_at=now)
            return _make(now)
    except IntegrityError:
        made = _newest()
        assert made is not None
        return made


def _make(now: dt.datetime) -> SigningCertificate:
    key = ec.generate_private_key(ec.SECP256R1())
    begins = (now - BEGINS).replace(microsecond=0)
    ends = (now + dt.timedelta(days=365 * YEARS)).replace(microsecond=0)
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, SELF_NAME), x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, SELF_UNIT)]
    )
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    der = made.public_bytes(serialization.Encoding.DER)
    sealed = seal_bytes(_pkcs8(key), context=seal_context(_fingerprint(der)))
    return SigningCertificate.objects.create(
        fingerprint=_fingerprint(der), origin=Origin.SELF, subject=SELF_NAME, der=der, sealed_key=sealed, valid_from=begins,
        valid_to=ends, made_at=now,
    )  # fmt: skip


@lru_cache(maxsize=8)
def _opened(fingerprint: str, sealed: bytes) -> bytes:
    return open_bytes(sealed, context=seal_context(fingerprint))


def _given(path: Path) -> SigningKey:
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise _unusable("打不开签名证书文件", f"请系统管理员核对 SONGHE_SIGNING_CERTIFICATE：{path.name}。") from error
    key, certificate, chain = _read(path, stamp, getattr(settings, "SONGHE_SIGNING_PASSWORD_FILE", ""))
    now = clock.now()
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        raise _unusable("签名证书已经过期或者还没有生效", "请系统管理员向电子印章服务机构换领证书，再换上新的证书文件。")
    der = certificate.public_bytes(serialization.Encoding.DER)
    row = SigningCertificate.objects.filter(fingerprint=_fingerprint(der)).first()
    if row is None or row.retired_at is not None:
        row = _take_in(certificate, der, now)
    return SigningKey(_shown(row), key, chain)


def _take_in(certificate: x509.Certificate, der: bytes, now: dt.datetime) -> SigningCertificate:
    """The provider's certificate is remembered and the one before it retired; one that comes back counts again."""
    try:
        with transaction.atomic():
            SigningCertificate.objects.filter(origin=Origin.PROVIDER, retired_at=None).update(retired_at=now)
            row, _ = SigningCertificate.objects.update_or_create(
                fingerprint=_fingerprint(der),
                defaults={"retired_at": None},
                create_defaults={
                    "origin": Origin.PROVIDER, "subject": _name(certificate), "der": der, "valid_from": certificate.not_valid_before_utc,
                    "valid_to": certificate.not_valid_after_utc, "made_at": now,
                },
            )  # fmt: skip
            return row
    except IntegrityError:
        return SigningCertificate.objects.get(fingerprint=_fingerprint(der))


@lru_cache(maxsize=2)
def _read(path: Path, stamp: int, password_file: str) -> tuple[bytes, x509.Certificate, tuple[bytes, ...]]:
    """Key, certificate and chain of a PKCS#12 file; read again when the file changes (`stamp`)."""
    try:
        password = Path(password_file).read_bytes().strip() if password_file else None
        key, certificate, others = pkcs12.load_key_and_certificates(path.read_bytes(), password or None)
    except (OSError, ValueError, TypeError) as error:
        raise _unusable("签名证书文件打不开", "请系统管理员核对证书文件和密码文件；国密 SM2 证书现在还不能用。") from error
    if certificate is None or not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise _unusable("证书文件里没有能用的私钥", "请换成带私钥的 RSA 或 ECDSA 证书（.p12 或 .pfx）；国密 SM2 现在还不能用。")
    return _pkcs8(key), certificate, tuple(one.public_bytes(serialization.Encoding.DER) for one in others)


def _unusable(what: str, remedy: str) -> SigningUnavailable:
    return SigningUnavailable(f"{what}，文件签不了名。", next_step=remedy)


def _pkcs8(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _name(certificate: x509.Certificate) -> str:
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        found = certificate.subject.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return certificate.subject.rfc4514_string()


def _fingerprint(der: bytes) -> str:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der)
    return digest.finalize().hex()


def seal_context(fingerprint: str) -> str:
    """What a sealed private key is bound to."""
    return f"signing:{fingerprint}"


def _shown(row: SigningCertificate) -> Certificate:
    return Certificate(
        row.pk, row.fingerprint, Origin(row.origin), row.subject, row.valid_from, row.valid_to, row.retired_at, bytes(row.der)
    )
