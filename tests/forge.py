"""A small GitLab behind a real port of loopback: jobs, pipelines, merge requests, job tokens and comments, in the
shapes of its REST API. Whatever a test wants it to do wrong is an entry of `faults`."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "glpat-of-the-server"
JOB_TOKEN = "glcbt-64_secret-of-job-302"
PROJECT = "vision-team/classifier"
PERSON = {
    "id": 1,
    "username": "sam.doe",
    "name": "Sam Doe",
    "avatar_url": "https://secure.gravatar.com/avatar/1",
    "web_url": "https://gitlab.example.com/sam.doe",
}
SHA = "714a629c0b401fdce83e847fc9589983fc6f46bc"


def job(number: int = 302, **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "status": "running",
        "stage": "train",
        "name": "train",
        "ref": "deeper",
        "tag": False,
        "created_at": "2026-11-25T10:00:00.000Z",
        "started_at": "2026-11-25T10:00:05.000Z",
        "finished_at": None,
        "duration": 62.5,
        "user": PERSON,
        "commit": {"id": SHA, "short_id": SHA[:8], "title": "Deeper"},
        "pipeline": {"id": 574, "iid": 12, "project_id": 20, "sha": SHA, "ref": "deeper", "source": "push"},
        "web_url": f"https://gitlab.example.com/{PROJECT}/-/jobs/{number}",
        **changed,
    }


def pipeline(number: int = 574, **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "iid": 12,
        "project_id": 20,
        "sha": SHA,
        "ref": "deeper",
        "status": "running",
        "source": "push",
        "created_at": "2026-11-25T10:00:00.000Z",
        "duration": 90,
        "user": PERSON,
        **changed,
    }


def merge_request(number: int = 41, **changed: Any) -> dict[str, Any]:
    return {
        "iid": number,
        "project_id": 20,
        "title": "Deeper trees",
        "state": "opened",
        "draft": False,
        "author": {**PERSON, "username": "robin", "name": "Robin Roe"},
        "source_branch": "deeper",
        "target_branch": "main",
        "source_project_id": 20,
        "target_project_id": 20,
        "created_at": "2026-11-24T10:00:00.000Z",
        **changed,
    }


BROKEN: dict[str, tuple[int, bytes]] = {
    "redirect": (302, b""),
    "huge": (200, b'["' + b"x" * 5_000_000 + b'"]'),
    "no json": (200, b"<html>sign in</html>"),
    "other shape": (200, b'{"id": "many"}'),
}


class GitLab:
    """`objects` has answers by path below the API, or from the root where it begins with a slash, bytes as they are;
    `jobs_of_tokens` the job of each job token. A fault is a status, or `hang`, or one of `BROKEN`; that of `*` is one
    of every path.
    """

    def __init__(self) -> None:
        self.url = ""
        base = f"projects/{PROJECT}"
        self.objects: dict[str, Any] = {
            f"{base}/jobs/302": job(),
            f"{base}/pipelines/574": pipeline(),
            f"{base}/merge_requests/41": merge_request(),
            f"{base}/repository/commits/{SHA}/merge_requests": [merge_request()],
            "version": {"version": "18.5.1-ee", "revision": "0a1b2c3d"},
            "projects/20": {"id": 20, "path_with_namespace": PROJECT, "visibility": "private"},
        }
        self.jobs_of_tokens = {JOB_TOKEN: job()}
        self.notes: list[dict[str, Any]] = []
        self.faults: dict[str, int | str] = {}
        self.retry_after = ""
        self.asked: list[str] = []
        self.released = threading.Event()

    def answer(self, method: str, path: str, headers: Any, body: Any) -> tuple[int, Any]:
        """Status and answer, as GitLab's permissions have it: an object that may not be seen is not there."""
        if path == "job":
            found = self.jobs_of_tokens.get(headers.get("job-token", ""))
            return (200, found) if found else (401, {"message": "401 Unauthorized"})
        if path.startswith("/"):  # outside of the API, for everybody
            found = self.objects.get(path)
            return (200, found) if found is not None else (404, {})
        if headers.get("private-token") != TOKEN:
            return 401, {"message": "401 Unauthorized"}
        if path.partition("?")[0].endswith("/notes") or "/notes/" in path:
            return self._noted(method, path, body)
        found = self.objects.get(path)
        return (200, found) if found is not None else (404, {"message": "404 Not found"})

    def _noted(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if method == "GET":
            page = int(parse_qs(urlsplit(path).query)["page"][0])
            return 200, self.notes[100 * (page - 1) : 100 * page]
        if method == "POST":
            self.notes.append({"id": len(self.notes) + 1, "body": body["body"], "author": PERSON})
            return 201, self.notes[-1]
        note = self.notes[int(path.rpartition("/")[2]) - 1]
        if note["author"] != PERSON:
            return 403, {"message": "403 Forbidden"}
        note["body"] = body["body"]
        return 200, note


@contextmanager
def served(gitlab: GitLab) -> Iterator[GitLab]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            path = unquote(self.path.removeprefix("/api/v4/"))
            gitlab.asked.append(f"{self.command} {path}")
            fault = gitlab.faults.get(path, gitlab.faults.get("*", ""))
            if fault == "hang":
                gitlab.released.wait(60)
                return
            if isinstance(fault, int):
                self._send(fault, b"{}")
            elif fault:
                self._send(*BROKEN[fault], location="/elsewhere")
            else:
                status, answer = gitlab.answer(self.command, path, self.headers, body)
                self._send(status, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        do_POST = do_PUT = do_GET  # noqa: N815 - the names that the server looks for

        def _send(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            if gitlab.retry_after:
                headers["retry-after"] = gitlab.retry_after
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return  # the other side has had enough

        def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        gitlab.url = f"http://127.0.0.1:{server.server_port}"
        # It looks so often (in seconds) whether it is to end, which each test waits for.
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield gitlab
        finally:
            gitlab.released.set()
            server.shutdown()
            thread.join()
