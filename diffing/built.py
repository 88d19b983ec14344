"""Hold the compiled core, where the package was built with one."""

from __future__ import annotations

from types import ModuleType
from typing import Any

_core: ModuleType | None
try:
    from diffing import _core
except ImportError:
    _core = None

CORE: Any = _core
"""The module `diffing._core`; None without it, and all answers come from NumPy."""


def name() -> str:
    """Say by what pictures are compared."""
    return "NumPy" if CORE is None else "the compiled core"
