"""Finding a person by name, pinyin, ID number or telephone, within the actor's areas."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from songhe.contexts.people import queries as people
from songhe.contexts.people.queries import PersonBrief
from songhe.foundation.access import Right
from songhe.foundation.paging import Page
from songhe.web.access import PageRequest, desk
from songhe.web.areas import area_filter, chosen_area
from songhe.web.exports import every_row, export
from songhe.web.lists import Filter


def _words(request: PageRequest) -> str:
    """What the address asks for: a name or pinyin. A number belongs in the search box, which sends it outside the address."""
    text = request.GET.get("q", "").strip()
    return "" if people.is_number(text) else text


def _found(request: PageRequest, after: str | None, limit: int = 50) -> Page[PersonBrief]:
    text = _words(request)
    return people.search_people(request.actor, text=text, area_path=chosen_area(request), after=after, limit=limit)


@desk(Right.SEE_PEOPLE)
def page_people(request: PageRequest) -> HttpResponse:
    """The people found, by name; without words everybody in the area."""
    text = _words(request)
    filters = (Filter("q", "找谁", text, hint="姓名或拼音"), area_filter(request, Right.SEE_PEOPLE))
    page = _found(request, request.GET.get("after"))
    cleared = request.path if text or request.GET.get("area") else ""
    return render(request, "street/people.html", {"page": page, "filters": filters, "text": text, "cleared": cleared})


@require_POST
@desk(Right.SEE_PEOPLE)
def submit_find(request: PageRequest) -> HttpResponse:
    """The search box: a name goes on to the list; an ID or telephone number is looked up here and stands in no address."""
    text = request.POST.get("q", "").strip()
    if not people.is_number(text):
        return redirect(f"{reverse('street:people')}?{urlencode({'q': text})}")
    page = people.search_people(request.actor, text=text, limit=50)
    if len(page.items) == 1:
        return redirect("street:person", page.items[0].public_id)
    filters = (Filter("q", "找谁", "", hint="姓名或拼音"), area_filter(request, Right.SEE_PEOPLE))
    shown = {"page": page, "filters": filters, "text": "号码", "cleared": reverse("street:people")}
    return render(request, "street/people.html", shown)


@desk(Right.SEE_PEOPLE)
def page_export(request: PageRequest) -> HttpResponse:
    """The same list as a file, identifiers masked as on the screen."""
    lines = every_row(lambda after: _found(request, after, limit=200))
    rows = [(line.name, line.sex, line.age, line.place, line.id_number, line.phone, life(line)) for line in lines]
    header = ("姓名", "性别", "年龄（周岁）", "住在", "身份证号", "电话", "备注")
    return export(request, title="人员名单", header=header, rows=rows, area_path=chosen_area(request))


def life(line: PersonBrief) -> str:
    """已去世, or nothing."""
    return "已去世" if line.alive is False else ""
