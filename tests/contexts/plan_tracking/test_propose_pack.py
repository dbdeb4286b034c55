"""A confirmed plan beside the city's pack: which indicator measures a target, and a draft that decides nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from songhe.contexts.plan_tracking import actions, queries
from songhe.contexts.plan_tracking.actions.propose_pack import with_figures
from songhe.contexts.plan_tracking.errors import NotConfirmed
from songhe.contexts.plan_tracking.queries.indicator_choices import alike
from songhe.contexts.policy_library import queries as policy
from songhe.contexts.policy_library.models import PackDraft
from songhe.engines.policy.checking import check_pack
from songhe.engines.policy.loading import load_pack
from songhe.foundation.access import Actor, Grant, Role
from songhe.foundation.errors import AccessDenied, InvalidInput
from tests.contexts.plan_tracking.documents import OFFICER, taken_in
from tests.web.city import build_city

CLERK = Actor(9, "镇里经办", "user", (Grant(Role.STREET_CLERK, "640381/640381100/"),))


@pytest.fixture
def document(db: None) -> int:
    build_city()
    return taken_in()


def beds(document: int) -> queries.ItemView:
    found = queries.items(OFFICER, document_id=document, kind="target", limit=500).items
    return next(one for one in found if "护理型床位占比" in one.name)


def confirm(document: int) -> None:
    actions.accept_all_unchanged(OFFICER, document_id=document)
    actions.confirm_plan(OFFICER, document_id=document)


def test_names_that_share_signs_are_alike() -> None:
    assert alike("护理型床位占比", "护理型床位占比") == 1.0
    assert alike("护理型床位占比", "老年人家庭医生签约率") == 0.0
    assert alike("养老机构护理型床位占比", "护理型床位占比") > 0.8


def test_a_target_is_measured_by_an_indicator_that_a_person_chose(document: int) -> None:
    target = beds(document)
    choices = queries.indicator_choices(OFFICER, name=target.name, unit="%")
    assert (choices[0].id, choices[0].alike) == ("nursing_bed_share", True)
    assert all(choice.unit == "%" for choice in choices)
    assert not choices[-1].alike
    with pytest.raises(InvalidInput) as refused:
        actions.decide_item(
            OFFICER, document_id=document, item_id=target.id, decision="correct", corrected={"measured_by": "no_such_indicator"}
        )
    assert refused.value.field == "measured_by"
    decided = actions.decide_item(
        OFFICER, document_id=document, item_id=target.id, decision="correct", corrected={"measured_by": "nursing_bed_share"}
    )
    assert decided.changed == ("measured_by",)
    confirm(document)
    draft = queries.draft_pack(OFFICER, document_id=document)
    assert (draft.measured, draft.unmeasured) == (1, draft.targets - 1)
    assert "measured_by: nursing_bed_share" in draft.files["targets.yaml"]


def test_a_proposal_waits_for_its_confirmation_and_its_right(document: int) -> None:
    with pytest.raises(NotConfirmed):
        actions.propose_pack(OFFICER, document_id=document, issuer="云岭市人民政府")
    confirm(document)
    with pytest.raises(AccessDenied):
        actions.propose_pack(CLERK, document_id=document, issuer="云岭市人民政府")
    for wrong in ("", "长" * 101):
        with pytest.raises(InvalidInput) as refused:
            actions.propose_pack(OFFICER, document_id=document, issuer=wrong)
        assert refused.value.field == "issuer"
    assert PackDraft.objects.count() == 0


@pytest.mark.parametrize("replaces", [False, True])
def test_the_draft_holds_the_document_and_decides_nothing(document: int, replaces: bool) -> None:
    confirm(document)
    before = policy.pack_in_use()
    made = actions.propose_pack(
        OFFICER, document_id=document, issuer="云岭市人民政府", number="云政发〔2026〕1号", issued=dt.date(2026, 1, 5), replaces=replaces
    )  # fmt: skip
    assert policy.pack_in_use().version_id == before.version_id
    row = PackDraft.objects.get(id=made.draft_id)
    assert row.state == "draft"
    assert row.files is not None
    pack = load_pack(row.files, before.pack.id, row.overlay)
    old = 0 if replaces else len(before.pack.targets)
    assert (len(pack.targets), len(pack.tasks)) == (old + made.targets, (0 if replaces else 50) + made.tasks)
    source = pack.sources[f"plan_{document}"]
    assert (source.issuer, source.number, source.issued) == ("云岭市人民政府", "云政发〔2026〕1号", dt.date(2026, 1, 5))
    assert len(pack.figures) == len(before.pack.figures) + made.figures > len(before.pack.figures)
    assert pack.figures[: len(before.pack.figures)] == before.pack.figures
    assert [one.figures for one in pack.contradictions] == [one.figures for one in before.pack.contradictions] != []
    assert pack.demo == before.pack.demo
    assert [finding for finding in check_pack(row.files, before.pack.id) if finding.severity == "error"] == []
    again = actions.propose_pack(
        OFFICER, document_id=document, issuer="云岭市人民政府", number="云政发〔2026〕1号", issued=dt.date(2026, 1, 5), replaces=replaces
    )  # fmt: skip
    assert (again.draft_id, PackDraft.objects.count()) == (made.draft_id, 1)


def test_a_figure_says_what_it_measures_where_a_person_chose_it(document: int) -> None:
    figure = next(
        one for one in queries.items(OFFICER, document_id=document, kind="baseline", limit=500).items if one.counts["unit"] == "%"
    )
    indicator = queries.indicator_choices(OFFICER, name=figure.name, unit="%")[0].id
    actions.decide_item(
        OFFICER, document_id=document, item_id=figure.id, decision="correct", corrected={"measured_by": indicator}
    )
    confirm(document)
    made = actions.propose_pack(OFFICER, document_id=document, issuer="云岭市人民政府")
    row = PackDraft.objects.get(id=made.draft_id)
    assert row.files is not None
    pack = load_pack(row.files, policy.pack_in_use().pack.id, row.overlay)
    assert [one.measures for one in pack.figures if one.cited.cite.document == f"plan_{document}" and one.measures] == [indicator]


ROW = "  - {id: B1, indicator: 人口, value: 2, cite: {doc: new}}"


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        ("", f"figures:\n{ROW}\n"),
        ("# Said.\nfigures: []  # none\ndemo:\n  seed: 1\n", f"# Said.\ndemo:\n  seed: 1\nfigures:\n{ROW}\n"),
        (
            "figures:\n  - {id: B1, value: 1}\n  - {id: B2, value: 1}\n\n# More.\ndemo:\n  seed: 1\n",
            f"figures:\n  - {{id: B2, value: 1}}\n{ROW}\n\n# More.\ndemo:\n  seed: 1\n",
        ),
        ("figures:  # printed\n- {id: B2, value: 1}\n", f"figures:  # printed\n- {{id: B2, value: 1}}\n{ROW.lstrip()}\n"),
    ],
)
def test_figures_come_after_those_of_the_city(old: str, expected: str) -> None:
    assert with_figures(old, f"# Head.\nfigures:\n{ROW}\n") == expected
