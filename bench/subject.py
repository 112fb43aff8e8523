"""A server under test with the data that was made on it once for several cases, and what a case reads off it."""

from dataclasses import dataclass, field

from bench.client import Window
from bench.servers import Running


@dataclass(frozen=True)
class Size:
    """How much data the cases use."""

    candidates: int
    many: int
    points: int
    curve: int
    mebibytes: int

    @property
    def full(self) -> bool:
        return self == FULL


FULL = Size(candidates=10_000, many=100_000, points=1_000_000, curve=10_000, mebibytes=1024)
SMALL = Size(candidates=1_000, many=10_000, points=100_000, curve=1_000, mebibytes=100)


@dataclass
class Stock:
    """What is on a server already. `curves` names candidates as the server's own chart does."""

    experiment: str = ""
    runs: set[str] = field(default_factory=set[str])
    candidates: int = 0
    series: str = ""
    series_mib: float = 0.0
    curves: list[str] = field(default_factory=list[str])
    upload: str = ""
    idle_mib: list[float] = field(default_factory=list[float])


@dataclass
class Subject:
    server: Running
    size: Size
    stock: Stock = field(default_factory=Stock)

    @property
    def name(self) -> str:
        return self.server.peer.name


@dataclass
class Reading:
    """One figure, and the window in which it was measured."""

    value: float
    window: Window = field(default_factory=Window)
