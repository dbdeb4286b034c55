"""The three dialects, which differ in four words only; everything else the emitter writes is common to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DialectName = Literal["duckdb", "postgres", "spark"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """`divide` is whole-number division of numbers that are never negative, so that rounding of signs cannot differ."""

    name: DialectName
    quote: str
    divide: str
    create: str
    drop: str

    def fact(self, name: str) -> str:
        """A column of the input tables."""
        return f"{self.quote}{name}{self.quote}"


DIALECTS: dict[DialectName, Dialect] = {
    "duckdb": Dialect("duckdb", '"', "//", "CREATE TABLE", "DROP TABLE IF EXISTS"),
    "postgres": Dialect("postgres", '"', "/", "CREATE TABLE", "DROP TABLE IF EXISTS"),
    "spark": Dialect("spark", "`", "DIV", "CREATE OR REPLACE TEMPORARY VIEW", "DROP VIEW IF EXISTS"),
}
