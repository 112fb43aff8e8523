"""Run the benchmark: every case on every server, several times in turn, medians and ratios at the end.

python -m bench.run --mlflow PYTHON --fasttrackml BINARY [--repeat 3] [--small] [--only WORD] [--postgres URL]
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.cases import Case, all_cases
from bench.servers import Peer, Running, fasttrackml, mlflow, shortlist, start


def main() -> None:
    options = _options()
    peers = _peers(options)
    figures: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory(prefix="shortlist-bench-") as folder:
        servers: dict[str, Running] = {}
        try:
            for peer in peers:
                print(f"starting {peer.name}", file=sys.stderr)
                database = f"{options.postgres}_{peer.name}" if options.postgres else None
                servers[peer.name] = start(peer, Path(folder) / peer.name, database)
            for case in all_cases(options.small):
                if options.only in case.name:
                    figures[case.name] = _measure(case, servers, options.repeat)
                    _show(case, figures[case.name])
            memory = {name: server.memory_mib() for name, server in servers.items()}
        finally:
            for server in servers.values():
                server.stop()
    _report(figures, memory, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mlflow", help="a Python that has mlflow with its server")
    parser.add_argument("--fasttrackml", help="the fml binary")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="a tenth of the data")
    parser.add_argument("--only", default="", help="cases whose name has this word")
    parser.add_argument("--postgres", default="", help="a database URL; _<server> is added for each")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    return parser.parse_args()


def _peers(options: argparse.Namespace) -> list[Peer]:
    peers = [shortlist()]
    if options.mlflow:
        peers.append(mlflow(options.mlflow))
    if options.fasttrackml:
        peers.append(fasttrackml(options.fasttrackml))
    return peers


def _measure(case: Case, servers: dict[str, Running], repeat: int) -> dict[str, list[float]]:
    """In turn, so that a change of the machine's mood meets every server."""
    found: dict[str, list[float]] = {}
    for _ in range(repeat):
        for name, server in servers.items():
            if name in case.peers:
                cpu, began = server.cpu_seconds(), time.perf_counter()
                found.setdefault(name, []).append(case.run(server))
                busy = (server.cpu_seconds() - cpu) / max(1e-9, time.perf_counter() - began)
                print(f"  {case.name}: {name} {found[name][-1]:.3f} ({busy:.2f} cores)", file=sys.stderr)
    return found


def _show(case: Case, found: dict[str, list[float]]) -> None:
    ours = statistics.median(found["shortlist"])
    others = {name: statistics.median(values) for name, values in found.items() if name != "shortlist"}
    cells = [f"{ours:,.3g}"]
    for name, value in others.items():
        ratio = ours / value if case.better == "more" else value / ours
        cells.append(f"{name} {value:,.3g} ({ratio:.1f} x)")
    print(f"{case.name:48} {case.unit:11} " + "  ".join(cells), flush=True)


def _report(figures: dict[str, dict[str, list[float]]], memory: dict[str, float], options: argparse.Namespace) -> None:
    print(f"{'memory after all cases':48} {'MiB':11} " + "  ".join(f"{n} {v:,.0f}" for n, v in memory.items()))
    print(f"\n{platform.platform()}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}")
    if options.json:
        options.json.write_text(json.dumps({"figures": figures, "memory": memory}, indent=1))


if __name__ == "__main__":
    main()
