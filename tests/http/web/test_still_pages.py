"""Pages as they come, before any script: the answer, the first rows, previews of links; whatever names say."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.http.client import Client
from tests.http.web.test_answer import base, experiment, train

__all__ = ["base", "experiment"]  # fixtures

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])

EVIL = "</title><script>alert('1')</script>\"><img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """What a reader without scripts has of a page: texts of tags, the previews' facts, and where links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self._hidden = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes |= given.keys()
        self._hidden = tag in ("script", "title")
        if tag == "meta":
            self.meta[given.get("property") or given.get("name", "")] = given.get("content", "")
        elif tag == "a":
            self.links.append(given["href"])
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def page_of(client: Client, path: str, status: int = 200) -> Page:
    response = client.get(path)
    assert response.status_code == status, response.text
    return Page(response.text)


def test_an_experiment_says_its_answer_and_its_best_rows(rita: Client, base: str, experiment: str) -> None:
    page = page_of(rita, f"/{rita.project}/-/ml/experiments/{experiment}")
    sentence = rita.get(f"{base}/experiments/{experiment}/answer").json()["sentence"]
    assert page.meta["og:description"] == page.meta["description"] == sentence
    assert page.meta["og:title"] == "answers · Shortlist"
    assert sentence in page.text
    assert page.rows[0][:4] == ["#", "Candidate", "val/acc", "val/loss"]
    assert page.rows[1] == ["1", "convnext-s2", "0.859", "0.5", "convnext", "2", "finished"]
    assert [row[1] for row in page.rows[2:4]] == ["convnext-s0", "vit-s2"]
    assert len(page.rows) == 1 + 24


def test_a_candidate_a_comparison_and_a_model_are_read_too(rita: Client, base: str, experiment: str) -> None:
    rows = rita.post(f"{base}/experiments/{experiment}/candidates/search", {"ranked": True}).json()["candidates"]
    best, second = rows[0]["iid"], rows[1]["iid"]
    page = page_of(rita, f"/{rita.project}/-/ml/candidates/{best}")
    assert page.meta["og:description"].startswith("convnext-s2 is number 1 of 18 by highest val/acc.")
    assert ["val/acc", "0.849", "0.1", "0.859", "9"] in page.rows
    assert ["model", "convnext"] in page.rows
    page = page_of(rita, f"/{rita.project}/-/ml/compare?candidates={best}.{second}")
    assert page.meta["og:description"] in page.text
    assert page.meta["og:description"].startswith("convnext-s2 is best")
    assert ["Metric", "convnext-s2", "convnext-s0"] in page.rows
    assert ["seed", "2", "0"] in page.rows
    model = rita.post(f"{base}/models", {"name": "digits", "description": "Reads digits."}).json()
    made = rita.post(f"{base}/models/{model['iid']}/versions", {"candidate": best, "aliases": ["champion"]})
    assert made.status_code == 200, made.text
    page = page_of(rita, f"/{rita.project}/-/ml/models/{model['iid']}")
    assert page.meta["og:description"] == "digits has 1 version, the latest 1.0.0; champion is 1.0.0."
    assert page.rows[1][:2] == ["1.0.0", "champion"]
    page = page_of(rita, f"/{rita.project}/-/ml/models/{model['iid']}/versions/1")
    assert page.meta["og:description"] == (
        "Version 1.0.0 of digits, champion, made from convnext-s2 with val/acc 0.849, val/loss 0.4."
    )
    assert ["val/acc", "0.849", "0.1", "0.859", "9"] in page.rows


def test_names_cannot_break_out(rita: Client, base: str) -> None:
    iid = rita.mlflow.new_experiment(EVIL)
    train(rita, iid, EVIL, {"p": EVIL, "seed": "1"}, 0.5)
    train(rita, iid, "other", {"p": "x", "seed": "2"}, 0.4)
    rows = rita.post(f"{base}/experiments/{iid}/candidates/search", {"ranked": True}).json()["candidates"]
    for path in (
        f"experiments/{iid}",
        "experiments",
        f"candidates/{rows[0]['iid']}",
        f"compare?candidates={rows[0]['iid']}.{rows[1]['iid']}",
    ):
        page = page_of(rita, f"/{rita.project}/-/ml/{path}")
        assert EVIL in page.text
        assert "img" not in page.tags
        assert "onerror" not in page.attributes
        assert not [link for link in page.links if not link.startswith("/")]


def test_who_may_not_see_it_learns_nothing(rita: Client, as_member: Callable[[str], Client], experiment: str) -> None:
    path = f"/{rita.project}/-/ml/experiments/{experiment}"
    for name, status in (("anonymous", 401), ("otto", 404)):
        response = as_member(name).get(path)
        assert response.status_code == status
        assert not re.search("convnext|answers|val/acc", response.text)


def test_a_picture_is_named_only_where_anybody_may_fetch_it(
    rita: Client, as_member: Callable[[str], Client], experiment: str
) -> None:
    path = f"/{rita.project}/-/ml/experiments/{experiment}"
    assert "og:image" not in page_of(rita, path).meta
    settings = f"/api/v4/projects/{rita.project.replace('/', '%2F')}"
    made = as_member("olga").request("PUT", settings, json={"visibility": "public"})
    assert made.status_code == 200, made.text
    found = urlsplit(page_of(rita, path).meta["og:image"])
    assert parse_qs(found.query)["metric"] == ["val/acc"]
    picture = as_member("anonymous").get(f"{found.path}?{found.query}")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")


def test_lists_and_reports_say_what_is_newest_and_best(rita: Client, base: str) -> None:
    iid = rita.mlflow.new_experiment("digits")
    train(rita, iid, "first", {"seed": "1"}, 0.9)
    [row] = rita.post(f"{base}/experiments/{iid}/candidates/search", {}).json()["candidates"]
    run = row["external_id"]
    tags = [{"key": key, "value": "12"} for key in ("gitlab.CI_JOB_ID", "gitlab.CI_MERGE_REQUEST_IID")]
    rita.mlflow.call("runs/log-batch", run_id=run, tags=tags)
    page = page_of(rita, f"/{rita.project}/-/merge_requests/12")
    said = "Merge request 12: first has the highest val/acc, 0.9, of 1 candidate in digits."
    assert page.meta["og:description"] == said
    assert ["1", "first", "0.9"] in page.rows
    newest = page_of(rita, f"/{rita.project}/-/ml/experiments").meta["og:description"]
    assert newest == "The experiment that was last active: digits, 1 candidate."
