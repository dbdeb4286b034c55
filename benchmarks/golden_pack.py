"""The benchmark's own pack, and the same with every benefit several times under other thresholds and amounts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from songhe.engines.policy.files import read_folder
from songhe.engines.policy.loading import load_pack
from songhe.engines.policy.pack import Pack
from songhe.engines.policy.resolving import resolve
from songhe.engines.policy.rulebook import Rulebook

FOLDER = Path(__file__).parent / "golden"
AS_OF = dt.date(2026, 11, 1)
