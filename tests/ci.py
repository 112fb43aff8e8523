"""An issuer of CI identity tokens, with keys of its own: in memory, or behind a real socket on loopback."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

GITLAB = "https://gitlab.com"
GITHUB = "https://token.actions.githubusercontent.com"
AUDIENCE = "http://localhost:5000"

# What GitLab puts into an ID token of a job on main.
GITLAB_CLAIMS: dict[str, Any] = {
    "namespace_id": "72",
    "namespace_path": "vision-team",
    "project_id": "20",
    "project_path": "vision-team/classifier",
    "user_id": "1",
    "user_login": "sam.doe",
    "user_email": "sam@example.com",
    "pipeline_id": "574",
    "pipeline_source": "push",
    "job_id": "302",
    "ref": "main",
    "ref_type": "branch",
    "ref_path": "refs/heads/main",
    "ref_protected": "true",
    "runner_id": 1,
    "runner_environment": "self-hosted",
    "sha": "714a629c0b401fdce83e847fc9589983fc6f46bc",
    "jti": "235b3a54-b797-45c7-ae9a-f72d7bc6ef5b",
    "sub": "project_path:vision-team/classifier:ref_type:branch:ref:main",
}
# What GitHub puts into a token of a pull request's workflow.
GITHUB_CLAIMS: dict[str, Any] = {
    "jti": "6e67b1cb-2b8d-4be5-91cb-757edb2ec970",
    "sub": "repo:octo-org/vision:pull_request",
    "ref": "refs/pull/27/merge",
    "sha": "9b35de8cbc4fcb6aab4c2bf2b19fbb8b6e2d4c11",
    "repository": "octo-org/vision",
    "repository_id": "74",
    "repository_owner": "octo-org",
    "repository_owner_id": "65",
    "run_id": "9001",
    "run_number": "10",
    "run_attempt": "2",
    "actor": "octocat",
    "actor_id": "12",
    "workflow": "train",
    "head_ref": "deeper-tree",
    "base_ref": "main",
    "event_name": "pull_request",
    "ref_type": "branch",
    "runner_environment": "github-hosted",
    "job_workflow_ref": "octo-org/vision/.github/workflows/train.yml@refs/pull/27/merge",
}


@cache
def rsa_key(kid: str) -> RSAKey:
    """Made once for all tests, since that takes a while."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@cache
def ec_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


class Issuer:
    """`answers` are what its addresses say; a test may change them. `asked` has the addresses in order."""

    def __init__(self, url: str, kid: str = "first") -> None:
        self.url = url
        self.key: RSAKey | ECKey = rsa_key(kid)
        self.asked: list[str] = []
        self.answers: dict[str, Any] = {
            "/.well-known/openid-configuration": {"issuer": url, "jwks_uri": f"{url}/keys"},
        }
        self.hanging: set[str] = set()
        self.dripping: set[str] = set()
        self.released = threading.Event()
        self.changes: list[tuple[str, str]] = []  # what a forge was told
        self.comments: dict[int, dict[str, Any]] = {}
        self.publish(self.key)

    def hang(self, path: str) -> None:
        """Behind a socket: this address is accepted and never answered."""
        self.hanging.add(path)

    def drip(self, path: str) -> None:
        """Behind a socket: this address answers a byte at a time, for ever."""
        self.dripping.add(path)

    def publish(self, *keys: RSAKey | ECKey) -> None:
        self.answers["/keys"] = {"keys": [key.as_dict(private=False) for key in keys]}

    async def get_json(self, url: str) -> Any:
        self.asked.append(url)
        return self.answers[url.removeprefix(self.url)]

    def token(
        self,
        claims: dict[str, Any] | None = None,
        *,
        key: Any = None,
        header: dict[str, Any] | None = None,
        **changed: Any,
    ) -> str:
        """A token of a job of GitLab's, good for an hour; `changed` claims of None are left out."""
        now = int(time.time())
        whole = {
            **(GITLAB_CLAIMS if claims is None else claims),
            "iss": self.url,
            "aud": AUDIENCE,
            "iat": now,
            "nbf": now - 5,
            "exp": now + 3600,
            **changed,
        }
        whole = {name: value for name, value in whole.items() if value is not None}
        used = key or self.key
        sent = header or {"alg": "RS256", "kid": self.key.kid, "typ": "JWT"}
        return jwt.encode(sent, whole, used, algorithms=[str(sent["alg"])])


@contextmanager
def served(issuer: Issuer) -> Iterator[ThreadingHTTPServer]:
    """The issuer's answers behind a port of loopback; its URL becomes that of the port.

    An answer that is bytes is sent as it is; one that is a number is a redirect of that status to another issuer.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            if self.path in issuer.hanging:
                issuer.released.wait(60)
                return
            answer = issuer.answers.get(self.path, [] if "per_page" in self.path else None)
            if isinstance(answer, int):
                self.send_response(answer)
                self.send_header("location", "/elsewhere")
                self.end_headers()
                return
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(200 if answer is not None else 404)
            self.send_header("content-type", "application/json")
            self.end_headers()
            try:
                while self.path in issuer.dripping and not issuer.released.wait(0.05):
                    self.wfile.write(b" ")
                self.wfile.write(body)
            except OSError:
                return  # the other side has had enough

        def do_POST(self) -> None:
            """A forge's comments: POST makes one below an address, PUT and PATCH renew it by its number."""
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            issuer.changes.append((self.command, self.path))
            number = len(issuer.comments) + 1 if self.command == "POST" else int(self.path.rpartition("/")[2])
            issuer.comments[number] = {"id": number, **body}
            if self.command == "POST":
                pages = ("?per_page=100&page=1",)
                issuer.answers.update({self.path + page: [issuer.comments[number]] for page in pages})
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        do_PUT = do_PATCH = do_POST  # noqa: N815 - the names that the server looks for

        def log_message(self, *_: object) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        issuer.answers["/.well-known/openid-configuration"] = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys"}
        # It looks so often (in seconds) whether it is to end, which each test waits for.
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            issuer.released.set()
            server.shutdown()
            thread.join()
