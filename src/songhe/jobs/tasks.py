"""Every background task, so that a worker knows them all by importing this module."""

from __future__ import annotations

from songhe.jobs import census, determination, drafts, figures, following, imports, plans, registers, upkeep, validity

__all__ = ["census", "determination", "drafts", "figures", "following", "imports", "plans", "registers", "upkeep", "validity"]
