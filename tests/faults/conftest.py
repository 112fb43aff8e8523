"""Says at the end what was counted: the numbers of the table in `docs/operate.md`."""

import pytest

from tests.faults.counts import shown


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for number, line in enumerate(shown()):
        if number == 0:
            terminalreporter.section("counted")
        terminalreporter.write_line(line)
