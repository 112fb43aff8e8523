"""The working copy: its commit, whether it differs from that, and by what."""

import subprocess

SECONDS = 5.0
MAX_DIFF = 512 * 1024


def commit() -> str:
    """The commit that is checked out; empty outside of a working copy."""
    return _git("rev-parse", "HEAD").decode("ascii", "replace").strip()


def is_dirty() -> bool | None:
    """Whether tracked files differ from the commit; None outside of a working copy."""
    if not commit():
        return None
    return _git("status", "--porcelain", "--untracked-files=no").strip() != b""


def diff() -> bytes:
    """What tracked files have that the commit has not, staged or not; empty when nothing, or too much."""
    found = _git("diff", "--no-ext-diff", "--no-color", "HEAD")
    return found if len(found) <= MAX_DIFF else b""


def log_diff(artifact_file: str = "git/uncommitted.diff") -> bool:
    """Log the uncommitted changes as a file of the active run, where there are any and they are small.

    Called by the training itself: when MLflow asks a plugin, the run does not exist yet, and whether the contents of
    files may leave the machine is for the training to say. Returns whether something was logged.
    """
    import mlflow  # pyright: ignore[reportMissingTypeStubs] # noqa: PLC0415 - the plugin itself must not need it

    text = diff().decode("utf-8", "replace")
    if text:
        mlflow.log_text(text, artifact_file)
    return text != ""


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            ["git", *arguments],  # noqa: S607 - the git of the training's own path
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""
