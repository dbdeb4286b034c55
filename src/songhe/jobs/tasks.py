"""Every background task, so that a worker knows them all by importing this module."""

from __future__ import annotations

from songhe.jobs import (
    assessments,
    census,
    determination,
    drafts,
    figures,
    following,
    grants,
    imports,
    messages,
    payments,
    plans,
    registers,
    upkeep,
    validity,
)

__all__ = [
    "assessments",
    "census",
    "determination",
    "drafts",
    "figures",
    "following",
    "grants",
    "imports",
    "messages",
    "payments",
    "plans",
    "registers",
    "upkeep",
    "validity",
]
