"""Run the benchmark: every case on every server and kind of database, several times in turn; medians and ratios.

python -m bench.run --mlflow PYTHON --fasttrackml BINARY [--rounds 3] [--small] [--only WORD] [--on sqlite,postgresql]
"""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from bench import nothing, postgres, report
from bench.cases import Case, all_cases
from bench.measure import Found, measure
from bench.servers import Peer, compile_bytecode, fasttrackml, mlflow, shortlist, start
from bench.subject import FULL, SMALL, Subject


def main() -> None:
    options = _options()
    # Whoever ends it sees what was measured until then.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    kept: dict[str, object] = {"machine": _machine(), "client": {n: nothing.limit(n) for n in (1, 16)}}
    print(f"{kept['machine']}\nrequests/s that the load client sends on 1 and 16 connections: {kept['client']}")
    compile_bytecode()
    for kind in options.on.split(","):
        with tempfile.TemporaryDirectory(prefix="shortlist-bench-") as folder:
            _run(options, Path(folder), kind, kept)


def _machine() -> str:
    load = f"{os.getloadavg()[0]:.1f}"
    cores = f"{os.cpu_count()} cores at a load of {load}"
    return f"{platform.platform()}, {cores}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d %H:%M')}"


def _run(options: argparse.Namespace, folder: Path, kind: str, kept: dict[str, object]) -> None:
    """Every case on one kind of database."""
    began = time.perf_counter()
    cases = [case for case in all_cases(SMALL if options.small else FULL) if options.only in case.name]
    found: dict[str, Found] = {}
    kept[kind] = found
    with ExitStack() as stack:
        subjects = _start(options, folder, kind, stack)
        names = [subject.name for subject in subjects]
        stack.callback(lambda: print(_costs(cases, found, names, kind)))
        print(report.head(f"case, on {kind}", names, "promised"), flush=True)
        for case in cases:
            found[case.name] = {}
            try:
                measure(case, subjects, options.rounds, found[case.name])
            finally:
                print(report.line(case, found[case.name], names, options.rounds), flush=True)
                if options.json:
                    _keep(options.json, kept)
    print(f"\n{kind}: {(time.perf_counter() - began) / 60:.1f} minutes")


def _start(options: argparse.Namespace, folder: Path, kind: str, stack: ExitStack) -> list[Subject]:
    url = (options.postgres or postgres.server(folder / "postgresql")) if kind == "postgresql" else None
    subjects: list[Subject] = []
    for peer in _peers(options):
        print(f"starting {peer.name} on {kind}", file=sys.stderr)
        database = postgres.new_database(url, f"bench_{peer.name}") if url else None
        server = start(peer, folder / peer.name, database)
        stack.callback(server.stop)
        subjects.append(Subject(server, SMALL if options.small else FULL))
    for subject in subjects:
        subject.server.settle()
    return subjects


def _peers(options: argparse.Namespace) -> list[Peer]:
    peers = [shortlist()]
    if options.mlflow:
        peers.append(mlflow(options.mlflow))
    if options.fasttrackml:
        peers.append(fasttrackml(options.fasttrackml))
    return peers


def _costs(cases: list[Case], found: dict[str, Found], names: list[str], kind: str) -> str:
    title = report.head(f"server + client cores, most memory, disk; {kind}", names, "")
    return "\n".join([title, *(report.cost(case, found[case.name], names) for case in cases if case.name in found)])


def _keep(path: Path, kept: dict[str, object]) -> None:
    """Anew after each case, so that a run that is ended leaves what it found."""
    written = path.with_suffix(".part")
    written.write_text(json.dumps(kept, indent=1, default=asdict))
    written.replace(path)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mlflow", help="a Python that has mlflow with its server")
    parser.add_argument("--fasttrackml", help="the fml binary")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="a tenth of the data")
    parser.add_argument("--only", default="", help="cases whose name has this word")
    parser.add_argument("--on", default="sqlite,postgresql", help="kinds of databases, one after the other")
    parser.add_argument("--postgres", default="", help="a server's URL, in which databases are made; else one of ours")
    parser.add_argument("--json", type=Path, help="write the figures here too, after every case")
    return parser.parse_args()


if __name__ == "__main__":
    main()
