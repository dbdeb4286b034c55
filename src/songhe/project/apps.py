"""The last app to be ready: every context exists by then, so events can be joined to their listeners."""

from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """Joins events to listeners when Django is ready."""

    name = "songhe.project"
    label = "project"

    def ready(self) -> None:
        """Every event of every context has its listeners."""
        from songhe.project import wiring

        wiring.connect()
