import msgspec
import numpy as np

from shortlist.metrics.types import Curve, CurvePoints
from shortlist.web import translate


def _written(x: list[float], y: list[float]) -> str:
    curve = Curve(1, "loss", CurvePoints(np.array(x, np.float64), np.array(y, np.float64), len(x)))
    return msgspec.json.encode(translate.curve(curve)).decode()


def test_whole_places_are_written_as_integers() -> None:
    assert '"x":[-1,0,1764143229000],"y":[0.5,"NaN","-Infinity"]' in _written(
        [-1.0, 0.0, 1764143229000.0], [0.5, float("nan"), float("-inf")]
    )


def test_other_places_are_written_to_the_last_digit() -> None:
    assert '"x":[0.1,2.0],"y":[1.0,2.0]' in _written([0.1, 2.0], [1.0, 2.0])


def test_places_too_large_for_exact_integers_stay_floats() -> None:
    assert '"x":[0.0,9.223372036854776e18]' in _written([0.0, 2.0**63], [1.0, 2.0])
    assert '"x":[],"y":[]' in _written([], [])
