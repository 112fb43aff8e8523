"""How long the background fold rests: less while a log does not end, however many passes it takes."""

from shortlist.metrics.folder import FoldResult, Pace

_POINTS = 60_000  # of one job


def _rests(pace: Pace, project_id: int, jobs: int) -> list[float]:
    job = FoldResult(rows=60, points=_POINTS, after=None, left=True, seconds=1.0)
    return [pace.rest(project_id, job) for _ in range(jobs)]


def test_a_log_that_does_not_end_is_folded_faster() -> None:
    rests = _rests(Pace(), 1, 80)
    assert rests[0] > rests[20] > rests[-1] == 0
    assert rests == sorted(rests, reverse=True)


def test_a_log_that_ended_is_folded_at_leisure_again() -> None:
    pace = Pace()
    first, *_, last = _rests(pace, 1, 20)
    pace.ended(1)
    assert _rests(pace, 1, 1) == [first] != [last]


def test_one_project_does_not_hurry_another() -> None:
    pace = Pace()
    first = _rests(pace, 1, 20)[0]
    assert _rests(pace, 2, 1) == [first]
