"""The distribution of the client's plugin, built as a release is and unpacked into a folder to be put on a path."""

import subprocess
import sys
import zipfile
from pathlib import Path

CLIENT = Path(__file__).parents[1] / "client"


def built(folder: Path) -> Path:
    """The wheel."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=CLIENT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def unpacked(folder: Path) -> Path:
    """The folder with what an installation of the wheel has."""
    with zipfile.ZipFile(built(folder)) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"
