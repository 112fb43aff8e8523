"""A synchronous HTTP client wired straight to the ASGI application: no socket, no thread of its own."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from starlette.types import ASGIApp

BASE = "http://localhost:5000"


class Client:
    """Sends requests as one member of the cast. `project` is the address below which MLflow calls go."""

    def __init__(self, application: ASGIApp, runner: asyncio.Runner, token: str | None, project: str) -> None:
        self._application = application
        self._runner = runner
        self._project = project
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._runner.run(self.send(method, path, **options))

    async def send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """The same as `request`, inside an event loop."""
        transport = httpx.ASGITransport(app=self._application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            return await client.request(method, path, headers={**self._headers, **(headers or {})}, **options)

    def at_once(self, requests: Sequence[tuple[str, str, Mapping[str, Any]]]) -> list[httpx.Response]:
        """Send requests (method, path, options) all at once; the answers come in their order."""

        async def everything() -> list[httpx.Response]:
            return await asyncio.gather(*(self.send(method, path, **options) for method, path, options in requests))

        return self._runner.run(everything())

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        return self.request("POST", path, json={} if body is None else body, **options)

    @property
    def mlflow(self) -> "Mlflow":
        return Mlflow(self)

    @property
    def project(self) -> str:
        return self._project


class Mlflow:
    """MLflow calls of one member, below the project's address. `call` and `ask` insist on success."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.prefix = f"/api/v4/projects/{client.project.replace('/', '%2F')}/ml/mlflow/api/2.0/mlflow/"
        self.files = self.prefix.replace("api/2.0/mlflow/", "api/2.0/mlflow-artifacts/artifacts")

    def address(self, operation: str) -> str:
        """The path of an operation; what begins with a slash is one already."""
        return operation if operation.startswith("/") else self.prefix + operation

    def post(self, operation: str, **body: Any) -> httpx.Response:
        return self._client.post(self.prefix + operation, body)

    def get(self, operation: str, **query: Any) -> httpx.Response:
        return self._client.get(self.prefix + operation, params=query)

    def send(self, method: str, operation: str, **body: Any) -> httpx.Response:
        """A JSON body with any method, as MLflow's clients send PATCH and DELETE."""
        return self._client.request(method, self.prefix + operation, json=body)

    def do(self, method: str, operation: str, **body: Any) -> dict[str, Any]:
        return _success(self.send(method, operation, **body))

    def call(self, operation: str, **body: Any) -> dict[str, Any]:
        return _success(self.post(operation, **body))

    def ask(self, operation: str, **query: Any) -> dict[str, Any]:
        return _success(self.get(operation, **query))

    def new_experiment(self, name: str = "vision", **fields: Any) -> str:
        return self.call("experiments/create", name=name, **fields)["experiment_id"]

    def new_run(self, experiment_id: str = "0", **fields: Any) -> str:
        return self.call("runs/create", experiment_id=experiment_id, **fields)["run"]["info"]["run_id"]

    def run(self, run_id: str) -> dict[str, Any]:
        return self.ask("runs/get", run_id=run_id)["run"]


def _success(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    return response.json()


def refused(response: httpx.Response, status: int, code: str, field: str | None = None) -> str:
    """Insist on a refusal in the one shape that errors have; returns its message."""
    assert response.status_code == status, response.text
    body = response.json()
    assert body["error_code"] == code
    assert isinstance(body["message"], str)
    assert body["message"]
    if field is not None:
        assert body.get("field") == field, body
    return body["message"]
