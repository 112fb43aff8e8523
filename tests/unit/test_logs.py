"""What goes into a log, and above all what does not."""

import io

import pytest
import structlog

from shortlist import logs


def logger(*, as_json: bool) -> structlog.BoundLogger:
    return structlog.wrap_logger(logs.StandardError(), processors=logs.processors(as_json=as_json))


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_shows_no_values_of_variables(*, as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    token = "slpat-of-nobody"
    try:
        raise LookupError(len(token))
    except LookupError as error:
        logger(as_json=as_json).error("request failed", exc_info=error, password="hidden too")

    written = capsys.readouterr().err
    assert "LookupError" in written
    assert "slpat-of-nobody" not in written
    assert "hidden too" not in written


def test_a_log_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr("sys.stderr", closed)

    logger(as_json=True).error("nobody reads this")

    assert closed.closed
