"""The cases that read what is on a server: searches, pages, a history, a chart, a size."""

from bench.client import API, Reader, Request, Window, clock, drive
from bench.subject import Reading, Subject

_PAGE = 1000
# What MLflow's server may need a minute and a half for on SQLite is asked for once in a round.
_SLOW = 50_000


def search(subject: Subject) -> Reading:
    """Milliseconds for the first page of 100, filtered and ordered by metrics; 5 % of the candidates match."""
    body = {
        "experiment_ids": [subject.stock.experiment],
        "filter": "metrics.m0 > 0.95 AND params.p0 != '3'",
        "order_by": ["metrics.m1 DESC"],
        "max_results": 100,
    }
    request: Request = ("POST", API + "runs/search", body)
    times = 1 if subject.name == "mlflow" and subject.stock.candidates > _SLOW else 5
    driven = drive(subject.server, [[request] * times])
    return Reading(driven["p50"] * 1000, Window.of(driven))


def all_pages(subject: Subject) -> Reading:
    """Seconds to read every candidate of the experiment in pages of 1,000."""
    token = ""
    with Reader(subject.server) as connection, clock(subject.server) as window:
        for _ in range(subject.stock.candidates // _PAGE):
            body = {"experiment_ids": [subject.stock.experiment], "max_results": _PAGE, "page_token": token}
            token = connection.ask("POST", API + "runs/search", body)
            if not token:
                break
    return Reading(window.seconds, window)


def history(subject: Subject) -> Reading:
    """Seconds for the whole history of the long series; FastTrackML answers with all of it whatever is asked for."""
    path = f"{API}metrics/get-history?run_id={subject.stock.series}&metric_key=loss&max_results={subject.size.points}"
    with Reader(subject.server) as connection, clock(subject.server) as window:
        token = connection.ask("GET", path)
        while token and subject.name != "fasttrackml":
            token = connection.ask("GET", f"{path}&page_token={token}")
    return Reading(window.seconds, window)


def hundred_curves(subject: Subject) -> Reading:
    """Seconds for 100 curves, sampled for one chart."""
    names = subject.stock.curves
    with Reader(subject.server) as connection, clock(subject.server) as window:
        if subject.name == "shortlist":
            body = {"candidates": [int(number) for number in names], "keys": ["loss"], "points": 1000}
            connection.ask("POST", "/api/v1/projects/1/curves", body)
        else:
            query = "&".join(f"run_ids={run}" for run in names) + "&metric_key=loss&max_results=1000"
            connection.ask("GET", f"/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?{query}")
    return Reading(window.seconds, window)


def disk(subject: Subject) -> Reading:
    """MiB that the points of the long series take: a size, so it is read once."""
    return Reading(subject.stock.series_mib)
