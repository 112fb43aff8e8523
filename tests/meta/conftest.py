"""The application and its clients, as the HTTP tests have them."""

from tests.http.conftest import application, as_member, cast, mlflow, rita, runner

__all__ = ["application", "as_member", "cast", "mlflow", "rita", "runner"]
