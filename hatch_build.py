"""Build the compiled core with the package. Where there is no compiler the package works without it, more slowly.

GOLDDIGGER_CORE=require makes its absence an error, GOLDDIGGER_CORE=none leaves it out."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_FLAGS = ["-std=c11", "-O3", "-fno-math-errno", "-ffp-contract=off"]  # the reference contracts nothing
_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))  # has no stable interface yet


class CoreBuildHook(BuildHookInterface[Any]):
    """Compiles `diffing/core/*.c` into `diffing/_core`, for every CPython from 3.11 on."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        wanted = os.environ.get("GOLDDIGGER_CORE", "")
        if wanted == "none" or _FREE_THREADED:
            return
        try:
            built = _compile(Path(self.root))
        except Exception as error:
            if wanted == "require":
                raise
            self.app.display_warning(f"The compiled core is left out, comparing will be slower: {error}")
            return
        build_data["artifacts"].append(f"/{built}")
        build_data["pure_python"] = False
        build_data["tag"] = f"cp311-abi3-{_platform()}"


def _compile(root: Path) -> str:
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    core = root / "diffing" / "core"
    extension = Extension(
        "diffing._core",
        sources=[str(path.relative_to(root)) for path in sorted(core.glob("*.c"))],
        depends=[str(path.relative_to(root)) for path in core.glob("*.h")],
        include_dirs=[str(core)],
        extra_compile_args=[] if os.name == "nt" else _FLAGS,
        extra_link_args=[] if os.name == "nt" else ["-pthread"],
        py_limited_api=True,
    )
    command = build_ext(Distribution({"name": "golddigger", "ext_modules": [extension]}))
    with TemporaryDirectory() as scratch:
        command.inplace, command.build_temp, command.build_lib = True, scratch, scratch
        command.ensure_finalized()
        before = Path.cwd()
        os.chdir(root)
        try:
            command.run()
            return command.get_ext_fullpath(extension.name).removeprefix(f"{root}{os.sep}").replace(os.sep, "/")
        finally:
            os.chdir(before)


def _platform() -> str:
    from packaging.tags import sys_tags

    return next(tag.platform for tag in sys_tags() if "manylinux" not in tag.platform)
