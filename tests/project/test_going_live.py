"""What a city does once before its first clerk signs in; and whether its processes are well."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from songhe.contexts.accounts import queries as accounts
from songhe.contexts.accounts.models import User
from songhe.contexts.places.models import Area
from songhe.contexts.policy_library.actions import load_folder
from songhe.foundation.access import SYSTEM, Right
from songhe.project import going_live, health
from songhe.project.database import database_settings

FILE = "代码,名称,层级,上级代码,农村\n990100,试验市,市,,\n990101,玫瑰镇,镇街,990100,\n990101001,红玫社区,社区村,990101,否\n"


@pytest.mark.django_db
def test_areas_come_from_a_file_and_the_first_account_is_opened_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "areas.csv"
    file.write_text(FILE, encoding="utf-8-sig")
    for _ in range(2):
        assert going_live.load_areas(file) == 0
    assert list(Area.objects.order_by("path").values_list("path", "level", "rural")) == [
        ("990100/", "city", None), ("990100/990101/", "town", None), ("990100/990101/990101001/", "community", False),
    ]  # fmt: skip
    load_folder(SYSTEM, root=settings.PACKS, city="weihai")
    assert going_live.open_first_account("zhang.san", "张三") == 0
    actor = accounts.actor_of_user(User.objects.get().pk)
    assert actor.area_paths(Right.MANAGE_USERS) == ("371000/",) and not actor.may(Right.SEE_PEOPLE)
    password = capsys.readouterr().out.split()[-1]
    assert User.objects.get().check_password(password)
    with pytest.raises(ValueError, match="there is a security administrator already"):
        going_live.open_first_account("li.si", "李四")
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("名称\n试验市\n", "the file needs the columns"),
        ("代码,名称,层级,上级代码,农村\n1,甲,乡,,\n", "line 2: 层级 is one of"),
        ("代码,名称,层级,上级代码,农村\n1,甲镇,镇街,,\n", "没有写上级"),
    ],
)
def test_what_is_wrong_with_a_file_of_areas_is_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "areas.csv").write_text(text)
    with pytest.raises(ValueError, match=said):
        going_live.load_areas(tmp_path / "areas.csv")
    assert not Area.objects.exists()


def test_the_password_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("cedar\n")
    url = "postgresql://songhe@database:5432/songhe"
    assert database_settings(url, tmp_path, password_file=str(tmp_path / "password"))["PASSWORD"] == "cedar"
    assert database_settings("postgresql://songhe:crane@database/songhe", tmp_path, password_file="/none")["PASSWORD"] == "crane"


@pytest.mark.django_db
def test_a_worker_is_not_well_while_quick_jobs_wait(capsys: pytest.CaptureFixture[str]) -> None:
    assert health.main(["--worker"]) == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at) VALUES ('quick', 't', now() - interval '1 hour')"
        )
    assert health.main(["--worker"]) == 1
    assert "1 quick jobs have waited" in capsys.readouterr().err


def test_pages_that_do_not_answer_are_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "ADDRESS", "http://127.0.0.1:9/")
    assert health.main([]) == 1
