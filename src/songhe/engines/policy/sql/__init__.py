"""The SQL back end: the same decisions inside DuckDB, PostgreSQL or Spark."""

from songhe.engines.policy.sql.dialects import DialectName
from songhe.engines.policy.sql.emitting import statements

__all__ = ["DialectName", "statements"]
