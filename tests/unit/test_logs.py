"""What goes into a log, and above all what does not."""

import pytest
import structlog

from shortlist import logs
from shortlist.settings import Settings


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_shows_no_values_of_variables(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Settings(log_format=form))
    try:
        token = "slpat-of-nobody"
        try:
            raise LookupError(len(token))
        except LookupError as error:
            structlog.get_logger().error("request failed", exc_info=error, password="hidden too")
    finally:
        structlog.reset_defaults()

    written = capsys.readouterr().err
    assert "LookupError" in written
    assert "slpat-of-nobody" not in written
    assert "hidden too" not in written
