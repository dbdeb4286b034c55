"""Where things are on this machine; known before Django is."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(os.environ.get("SONGHE_VAR") or ROOT / "var").resolve()
PACKS = Path(os.environ.get("SONGHE_PACKS") or ROOT / "packs").resolve()
