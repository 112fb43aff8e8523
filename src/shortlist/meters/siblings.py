"""What the server processes of one machine count together: each leaves its figures where the others find them.

A scrape reaches any of the processes that share a port, and has to be told of all of them.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from shortlist.meters.families import Family, merge, with_label

_SECONDS = 2.0


class Siblings:
    """Of the process with this number. `collect` gives its families; it is called in a thread."""

    def __init__(self, folder: Path, number: int, collect: Callable[[], list[Family]]) -> None:
        self._folder = folder
        self._number = number
        self._collect = collect
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meters", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def together(self, own: Sequence[Family]) -> list[Family]:
        """The families of all processes, each line with the number of its worker."""
        groups = [with_label(own, "worker", str(self._number))]
        for file in sorted(self._folder.glob("*.meters")):
            if file.stem != str(self._number):
                families = msgspec.msgpack.decode(file.read_bytes(), type=list[Family])
                groups.append(with_label(families, "worker", file.stem))
        return merge(groups)

    def write(self) -> None:
        """Leave the figures of this moment; whoever reads has the whole of one moment."""
        file = self._folder / f"{self._number}.meters"
        draft = file.with_suffix(".new")
        draft.write_bytes(msgspec.msgpack.encode(self._collect()))
        draft.replace(file)

    def _run(self) -> None:
        while not self._stop.wait(_SECONDS):
            with suppress(OSError):  # a full disk costs the others a look at this one
                self.write()
