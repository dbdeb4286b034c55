"""Background work, kept in the database's own queue: nothing is lost when a process dies."""

from __future__ import annotations
