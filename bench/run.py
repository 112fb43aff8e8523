"""Run the benchmark: every case on every server and kind of database, several times in turn; medians and ratios.

python -m bench.run --mlflow PYTHON --fasttrackml BINARY [--repeat 3] [--small] [--only WORD] [--on sqlite,postgresql]
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench import postgres
from bench.cases import Case, all_cases
from bench.servers import Peer, Running, compile_bytecode, fasttrackml, mlflow, shortlist, start


def main() -> None:
    options = _options()
    peers = _peers(options)
    kept: dict[str, object] = {}
    compile_bytecode()
    print(f"{platform.platform()}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}")
    for kind in options.on.split(","):
        with tempfile.TemporaryDirectory(prefix="shortlist-bench-") as folder:
            url = (options.postgres or postgres.server(Path(folder) / "postgresql")) if kind == "postgresql" else None
            kept[kind] = _round(options, peers, Path(folder), kind, url)
    if options.json:
        options.json.write_text(json.dumps(kept, indent=1, default=asdict))


def _round(options: argparse.Namespace, peers: list[Peer], folder: Path, kind: str, url: str | None) -> object:
    """Every case on one kind of database."""
    found: dict[str, dict[str, Figures]] = {}
    most: dict[str, float] = {}
    servers: dict[str, Running] = {}
    try:
        for peer in peers:
            print(f"starting {peer.name} on {kind}", file=sys.stderr)
            database = postgres.new_database(url, f"bench_{peer.name}") if url else None
            servers[peer.name] = start(peer, folder / peer.name, database)
        print(_head(kind, list(servers)))
        for case in all_cases(options.small):
            if options.only in case.name:
                found[case.name] = _measure(case, servers, options.repeat, most)
                print(_line(case, found[case.name], list(servers)), flush=True)
        disk = {name: server.disk_mib() for name, server in servers.items()}
    finally:
        for server in servers.values():
            server.stop()
    print(_cells("most memory after a case, MiB", "", [f"{most.get(name, 0):,.0f}" for name in servers], ""))
    print(_cells("on disk in the end, MiB", "", [f"{disk[name]:,.0f}" for name in servers], ""))
    return {"figures": found, "memory": most, "disk": disk}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mlflow", help="a Python that has mlflow with its server")
    parser.add_argument("--fasttrackml", help="the fml binary")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="a tenth of the data")
    parser.add_argument("--only", default="", help="cases whose name has this word")
    parser.add_argument("--on", default="sqlite,postgresql", help="kinds of databases, one after the other")
    parser.add_argument("--postgres", default="", help="a server's URL, in which databases are made; else one of ours")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    return parser.parse_args()


def _peers(options: argparse.Namespace) -> list[Peer]:
    peers = [shortlist()]
    if options.mlflow:
        peers.append(mlflow(options.mlflow))
    if options.fasttrackml:
        peers.append(fasttrackml(options.fasttrackml))
    return peers


@dataclass
class Figures:
    """Of one case on one server: each round's figure, and how many cores the server kept busy in it."""

    values: list[float] = field(default_factory=list[float])
    cores: list[float] = field(default_factory=list[float])

    @property
    def median(self) -> float:
        return statistics.median(self.values)


def _measure(case: Case, servers: dict[str, Running], repeat: int, most: dict[str, float]) -> dict[str, Figures]:
    """In turn, so that a change of the machine's mood meets every server."""
    found: dict[str, Figures] = {}
    for _ in range(repeat):
        for name, server in servers.items():
            if name not in case.peers:
                continue
            cpu, began = server.cpu_seconds(), time.perf_counter()
            figures = found.setdefault(name, Figures())
            figures.values.append(case.run(server))
            figures.cores.append((server.cpu_seconds() - cpu) / max(1e-9, time.perf_counter() - began))
            most[name] = max(most.get(name, 0.0), server.memory_mib())
            print(f"  {case.name}: {name} {figures.values[-1]:.3f} ({figures.cores[-1]:.2f} cores)", file=sys.stderr)
    return found


def _head(kind: str, names: list[str]) -> str:
    rule = _cells("---", "---", ["---"] * len(names), "---")
    return f"\n{_cells(f'case, on {kind}', 'unit', names, 'promised')}\n{rule}"


def _cells(name: str, unit: str, figures: list[str], promised: str) -> str:
    return f"| {' | '.join([name, unit, *figures, promised])} |"


def _figure(value: float) -> str:
    """Three digits at least, and no exponent."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _line(case: Case, found: dict[str, Figures], names: list[str]) -> str:
    """Medians, how many times as good as each peer ours is, cores, and whether what was promised holds."""
    ours = found["shortlist"].median
    cells: list[str] = []
    for name in names:
        if name not in found:
            cells.append("")
            continue
        value = found[name].median
        ratio = ours / value if case.better == "more" else value / ours
        beside = "" if name == "shortlist" else f"{ratio:.1f} x, "
        cells.append(f"{_figure(value)} ({beside}{statistics.median(found[name].cores):.1f} cores)")
    promised = ""
    if case.promise is not None:
        kept = ours >= case.promise if case.better == "more" else ours <= case.promise
        promised = f"{_figure(case.promise)}: {'kept' if kept else 'missed'}"
    return _cells(case.name, case.unit, cells, promised)


if __name__ == "__main__":
    main()
