"""验证文件: whether a letter or report that somebody holds is genuine and unchanged, from whom, and when; by the file or by the code on the paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from songhe.foundation import signing
from songhe.foundation.errors import InvalidInput, SongheError
from songhe.foundation.signing import Checked, Verdict
from songhe.foundation.uploads import refused_bytes
from songhe.web.access import PageRequest, public
from songhe.web.lists import FieldProblem


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict in plain words: what it is, what to do now, and how it looks (colour and icon)."""

    headline: str
    advice: str
    tone: str
    icon: str


OF_A_FILE: Mapping[Verdict, Said] = {
    Verdict.GENUINE: Said("这份文件是真的，没有被改动过", "请看看下面写的和您的文件是不是一样。", "good", "check"),
    Verdict.CHANGED: Said(
        "这份文件被改动过，请不要相信", "它带着电子签名，但是内容和签发时不一样了。请打社区或窗口的电话问一问。", "bad", "warning"
    ),
    Verdict.FOREIGN: Said(
        "这份文件不是这里发的",
        "它有电子签名，但不是我们的。请向给您文件的单位核对，先不要转钱、不要告诉别人密码。",
        "bad",
        "warning",
    ),
    Verdict.UNSIGNED: Said(
        "这份文件没有电子签名，看不出真假",
        "拍的照片、扫描件和打印后再存的文件都没有签名。请输入纸上的验证码再查。",
        "unsure",
        "question",
    ),
    Verdict.OUTLIVED: Said(
        "这份文件的签名在签的时候已经失效", "它的证书那时已经停用。请打社区或窗口的电话问一问。", "bad", "warning"
    ),
}
OF_A_CODE: Mapping[Verdict, Said] = {
    Verdict.GENUINE: Said(
        "有这份文件，是我们发的",
        "请一项一项对照：下面写的和您手里纸上的一样，才是真的。有一项不一样，就不要相信。",
        "good",
        "check",
    ),
    Verdict.UNKNOWN: Said(
        "没有这个验证码", "请照纸上的再输一次。还是没有的，这份文件可能是假的，请打社区或窗口的电话问一问。", "bad", "warning"
    ),
}


@never_cache
@public
def page_verify(request: PageRequest) -> HttpResponse:
    """The two questions, and on POST the answer to the one that was asked; the file is not kept."""
    if request.method != "POST":
        return _shown(request)
    try:
        sent, code = request.FILES.get("file"), request.POST.get("code", "").strip()
        if refused_bytes(request):
            raise InvalidInput("文件太大了，收不下。", next_step="我们发的文件都不超过 20 兆。", field="file")
        if sent is None and not code:
            raise InvalidInput("请选一个文件，或者输入验证码。", field="file")
        place = request.META.get("REMOTE_ADDR", "")
        if sent is not None:
            checked = signing.check_file(sent.read(), place=place)
            return _shown(request, checked=checked, said=OF_A_FILE[checked.verdict])
        checked = signing.check_code(code[:40], place=place)
        return _shown(request, checked=checked, said=OF_A_CODE[checked.verdict])
    except SongheError as refused:
        return _shown(request, refused)


def _shown(
    request: PageRequest, refused: SongheError | None = None, *, checked: Checked | None = None, said: Said | None = None
) -> HttpResponse:
    found = {
        "section": "verify",
        "checked": checked,
        "said": said,
        "code": signing.spaced(checked.code) if checked else "",
        "problems": (FieldProblem(refused.field or "code", f"{refused.sentence}{refused.next_step}"),) if refused else (),
    }
    response = render(request, "public/verify.html", found, status=refused.http_status if refused else 200)
    response["Cache-Control"] = "no-store, private"
    return response
