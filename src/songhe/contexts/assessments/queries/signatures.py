"""What a signature stands under, as one hash, and the signatures of a case as they may be shown."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from xml.sax.saxutils import quoteattr

from songhe.contexts.assessments.models import ElderSignature, Form, Result, Signature
from songhe.contexts.assessments.words import SIGNED_BY_LABELS, ElderSigns, SignedBy
from songhe.foundation.encryption import open_sealed, seal

WIDTH, HEIGHT = 600, 200  # of the field in which is drawn, in steps of a stroke's coordinates
Stroke = tuple[int, ...]  # x, y, x, y …


@dataclass(frozen=True, slots=True)
class ElderSigned:
    """How the elder's side signed. `signer` is the elder (本人) or name and relation; `strokes` of a drawn signature, each x, y, x, y …;
    `reason` and `witness` where nobody could sign."""

    way: ElderSigns
    signer: str = ""
    strokes: tuple[Stroke, ...] = ()
    reason: str = ""
    witness: str = ""

    @property
    def words(self) -> str:
        """As it is said in one line."""
        if self.way is ElderSigns.UNABLE:
            return f"不能签名（{self.reason}），见证人：{self.witness}"
        return f"{self.signer}（在屏幕上签名）" if self.way is ElderSigns.DRAWN else self.signer

    @property
    def path(self) -> str:
        """The drawn lines as the path of an SVG of WIDTH × HEIGHT; empty where nothing was drawn."""
        return "".join(_line(stroke) for stroke in self.strokes)

    @property
    def svg(self) -> str:
        """The drawn signature as a picture of its own; empty where nothing was drawn."""
        if not self.strokes:
            return ""
        pen = 'fill="none" stroke="#111111" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"'
        box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><path {pen} d={quoteattr(self.path)}/></svg>'


@dataclass(frozen=True, slots=True)
class SignatureView:
    """One signature. `unchanged`: what stands there now is exactly what was signed."""

    assessor: str
    certificate_no: str
    account: str
    means: SignedBy
    signed_at: dt.datetime
    digest: str
    unchanged: bool

    @property
    def means_label(self) -> str:
        """How the assessor showed who they are."""
        return SIGNED_BY_LABELS[self.means]


def digest_of_form(form: Form) -> str:
    """SHA-256 (hex) of everything that was answered on the form, who answered it for whom, and how the elder's side signed."""
    elder = elder_signature(form)
    said = {
        "case": str(form.case.public_id), "form": str(form.public_id), "scale": form.case.scale, "assessor": form.assessor.certificate_no,
        "answers": form.answers, "circumstances": form.circumstances, "particulars": form.particulars,
        "filled_from": form.filled_from.astimezone(dt.UTC).isoformat(),
        "filled_to": form.filled_to.astimezone(dt.UTC).isoformat() if form.filled_to else "", "grade": form.grade,
        "elder": asdict(elder) if elder else None,
    }  # fmt: skip
    return _digest(said)


def digest_of_result(result: Result) -> str:
    """SHA-256 (hex) of the agreed answers, what was agreed where the forms differed, what the scale made of it, and both forms' hashes."""
    forms = Form.objects.select_related("case", "assessor").filter(case_id=result.case_id).order_by("public_id")
    said = {
        "case": str(result.case.public_id), "scale": result.scale, "answers": result.answers, "circumstances": result.circumstances,
        "differences": result.differences, "scored": result.scored, "grade": result.grade, "assessed_on": result.assessed_on.isoformat(),
        "signed_for": result.signed_for, "forms": [digest_of_form(form) for form in forms],
    }  # fmt: skip
    return _digest(said)


def signatures_of(forms: Iterable[Form]) -> Mapping[int, SignatureView]:
    """The signatures under these forms, by the form's number."""
    known = {form.pk: form for form in forms}
    rows = Signature.objects.select_related("assessor").filter(form__in=list(known))
    return {row.form_id: _view(row, digest_of_form(known[row.form_id])) for row in rows if row.form_id is not None}


def signature_of_result(result: Result) -> SignatureView | None:
    """The lead's signature under the result; None under one of the time before signing."""
    row = Signature.objects.select_related("assessor").filter(result=result).first()
    return _view(row, digest_of_result(result)) if row is not None else None


def elder_signature(form: Form) -> ElderSigned | None:
    """How the elder's side signed on this form; raises SealBroken where it was altered."""
    row = ElderSignature.objects.filter(form=form).first()
    if row is None:
        return None
    said = json.loads(open_sealed(row.sealed, context=elder_context(str(form.public_id))))
    strokes = tuple(tuple(stroke) for stroke in said["strokes"])
    return ElderSigned(ElderSigns(row.way), said["signer"], strokes, said["reason"], said["witness"])


def sealed(form: Form, said: ElderSigned) -> bytes:
    """The content of the elder's signature, sealed for this form."""
    content = {"signer": said.signer, "strokes": said.strokes, "reason": said.reason, "witness": said.witness}
    return seal(json.dumps(content, ensure_ascii=False), context=elder_context(str(form.public_id)))


def _view(row: Signature, digest: str) -> SignatureView:
    return SignatureView(
        row.assessor.name, row.assessor.certificate_no, row.signed_by_name, SignedBy(row.means), row.signed_at, row.digest,
        row.digest == digest,
    )  # fmt: skip


def _line(stroke: Sequence[int]) -> str:
    points = list(zip(stroke[::2], stroke[1::2], strict=True))
    if len(points) == 1:
        points = points * 2  # a dot
    return "".join(f"{'M' if place == 0 else 'L'}{x} {y}" for place, (x, y) in enumerate(points))


def _digest(said: Mapping[str, object]) -> str:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def elder_context(public_id: str) -> str:
    """What the elder's sealed signature on a form is bound to."""
    return f"elder_signature:{public_id}"
