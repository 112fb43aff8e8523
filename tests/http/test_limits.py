"""Who floods the server is told to wait, and nobody else notices."""

from collections import Counter
from collections.abc import Callable

import pytest

from shortlist.access.scope import ANONYMOUS
from shortlist.app import Application
from shortlist.errors import RateLimited
from shortlist.http import request_limit
from shortlist.http.request_limit import RequestLimit
from tests.http.client import Client


def test_a_share_fills_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(request_limit.time, "monotonic", lambda: now[0])
    limit = RequestLimit(2)
    for _ in range(20):
        limit.take(ANONYMOUS, "192.0.2.1")
    for _ in range(3):
        with pytest.raises(RateLimited):
            limit.take(ANONYMOUS, "192.0.2.1")
    limit.take(ANONYMOUS, "192.0.2.2")
    now[0] += 1.0
    for _ in range(2):
        limit.take(ANONYMOUS, "192.0.2.1")
    with pytest.raises(RateLimited):
        limit.take(ANONYMOUS, "192.0.2.1")
    RequestLimit(0).take(ANONYMOUS, "192.0.2.1")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_flood_from_one_token_is_told_to_wait(
    application: Application, as_member: Callable[[str], Client], rita: Client
) -> None:
    application.services.request_limit = RequestLimit(1)
    address = rita.mlflow.address("experiments/search?max_results=1")
    answers = rita.at_once([("GET", address, {})] * 40)
    counted = Counter(answer.status_code for answer in answers)
    assert set(counted) == {200, 429}
    assert 10 <= counted[200] <= 20, "ten at once, and one more for each second that it took"
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.json()["error_code"]
    assert as_member("mara").get(address).status_code == 200
    assert rita.get("/-/readiness").status_code == 200
