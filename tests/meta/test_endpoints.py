"""What holds for every endpoint: an action, a summary, one shape of errors, and no fault on bad input."""

from collections import Counter
from collections.abc import Callable

import pytest

from shortlist.access.actions import PROJECT_ACTIONS, SENTENCES, WRITING_ACTIONS, Action
from shortlist.app import all_endpoints
from shortlist.http.endpoint import Endpoint, Mode
from tests.http.client import Client
from tests.http.test_access import address

ENDPOINTS = [endpoint for _, endpoint in all_endpoints()]
JSON = [
    endpoint for surface, endpoint in all_endpoints() if surface.name != "pages" and endpoint.mode is not Mode.STREAM
]
BODIES = (b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe", b'{"a":' * 5000, b'{"run_id": 7, "experiment_id": []}')


def test_an_endpoint_cannot_be_written_without_an_action() -> None:
    async def handler(_call: object, _request: object) -> None:
        """Does nothing."""

    with pytest.raises(TypeError):
        Endpoint(method="GET", path="/", mode=Mode.ASYNC, handler=handler)  # pyright: ignore[reportCallIssue]
    with pytest.raises(TypeError, match="names no action"):
        Endpoint(method="GET", path="/", mode=Mode.ASYNC, handler=handler, action="read")  # pyright: ignore[reportArgumentType]


def test_an_endpoint_has_a_summary_that_is_a_sentence() -> None:
    assert [endpoint.path for endpoint in ENDPOINTS if not endpoint.summary.endswith(".")] == []


def test_no_two_endpoints_share_an_address() -> None:
    counted = Counter((endpoint.method, endpoint.path) for endpoint in ENDPOINTS)
    assert [where for where, count in counted.items() if count > 1] == []


def test_every_action_is_explained_and_used() -> None:
    assert set(SENTENCES) == set(Action)
    assert set(Action) >= PROJECT_ACTIONS
    unused = set(Action) - {endpoint.action for endpoint in ENDPOINTS}
    assert unused <= {Action.PACKAGE_READ, Action.PACKAGE_WRITE, Action.SELF_READ, Action.SELF_WRITE}


def test_a_get_never_needs_the_right_to_write() -> None:
    assert [item.path for item in ENDPOINTS if item.method == "GET" and item.action in WRITING_ACTIONS] == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_bad_bodies_are_refused_in_one_shape(as_member: Callable[[str], Client], database_kind: str) -> None:
    olga = as_member("olga")
    for endpoint in JSON:
        if endpoint.method == "GET":
            continue
        for body in BODIES:
            response = olga.request(
                endpoint.method,
                address(endpoint, olga.project),
                content=body,
                headers={"content-type": "application/json"},
            )
            assert response.status_code < 500, (endpoint.path, body[:20], response.text)
            if response.status_code >= 400:
                assert isinstance(response.json()["message"], str), (endpoint.path, response.text)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_bad_queries_are_refused_in_one_shape(as_member: Callable[[str], Client], database_kind: str) -> None:
    olga = as_member("olga")
    for endpoint in JSON:
        if endpoint.method != "GET":
            continue
        for query in ("max_results=x", "a=%ff", "&".join(f"a{number}=1" for number in range(1200)), "page_token=%00"):
            response = olga.get(f"{address(endpoint, olga.project)}?{query}")
            assert response.status_code < 500, (
                endpoint.path,
                query[:20],
                response.text,
            )
            if response.status_code >= 400:
                assert isinstance(response.json()["message"], str), (endpoint.path, response.text)
