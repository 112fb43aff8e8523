"""PostgreSQL restarts, crashes, and fails over to its standby under load: 503 for a moment, and nothing is lost."""

import signal
from pathlib import Path

import pytest

from shortlist.db.migrate import upgrade
from tests.faults.load import Load, check_complete
from tests.faults.postgres import postgres_pair
from tests.live import live_server


@pytest.mark.nightly
def test_a_database_that_restarts_crashes_and_fails_over_loses_nothing(tmp_path: Path) -> None:
    with postgres_pair() as (primary, standby):
        both = f"postgresql://postgres@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
        upgrade(both)
        with live_server(tmp_path / "data", both) as server, server.client() as client:
            load = Load(server, writers=4)
            load.wait_for(40)
            for number in (signal.SIGINT, signal.SIGQUIT):
                primary.stop(number)
                refused = load.statuses[503]
                load.go_on_until(lambda refused=refused: load.statuses[503] > refused)
                assert client.get("/-/readiness?of=database").status_code == 503
                primary.start()
                taken = load.statuses[200]
                load.go_on_until(lambda taken=taken: load.statuses[200] > taken + 40)

            primary.stop(signal.SIGQUIT)
            standby.promote()
            taken = load.statuses[200]
            load.go_on_until(lambda: load.statuses[200] > taken + 40)
            assert client.get("/-/readiness?of=database").status_code == 200
            assert set(load.stop()) == {200, 503}
            assert load.broken == 0
            check_complete(client, load.loggers)
            assert standby.execute("SELECT pg_is_in_recovery()") == [(False,)]
