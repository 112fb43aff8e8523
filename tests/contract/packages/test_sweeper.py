"""The sweep in the background: one process at a time takes it, and it frees what the sweep frees."""

import asyncio

import pytest

from shortlist.access.scope import SERVER, Scope
from shortlist.db.database import Database
from shortlist.errors import InvalidValue, QuotaExceeded
from shortlist.packages import quotas, registry, service
from shortlist.packages.contents import Storage
from shortlist.packages.sweeper import Sweeper
from shortlist.packages.types import Incoming, PackageRef, PackageSettings, PackageType, Swept, Usage
from tests.contract.packages.test_sweep import HOUR, Keeper, Objects, chunks, keeper, objects

__all__ = ["keeper", "objects"]

REF = PackageRef(PackageType.GENERIC, "tools", "1.0")


def test_one_of_several_processes_sweeps_and_frees_packages_too(
    keeper: Keeper, objects: Objects, database: Database, storage: Storage, scope: Scope
) -> None:
    keeper.put("a", b"content")
    keeper.put("kept", b"kept")
    keeper.run(service.upload(storage, scope, lambda _: (REF, "f"), Incoming(chunks(b"tool"))))
    keeper.delete("a")

    def delete_package(connection: object) -> None:
        found = registry.by_ref(connection, scope, REF)  # pyright: ignore[reportArgumentType]
        assert found is not None
        registry.delete(connection, scope, found)  # pyright: ignore[reportArgumentType]

    database.write_now(delete_package)
    objects.grow_old(database, 25)
    database.write_now(
        lambda connection: connection.exec_driver_sql(f"UPDATE package SET deleted_at = deleted_at - {25 * HOUR}")
    )
    first, second = Sweeper(storage, 24 * HOUR), Sweeper(storage, 24 * HOUR)
    assert first.sweep_if_due() == Swept(files=2, contents=2, bytes=11)
    assert second.sweep_if_due() is None
    assert first.sweep_if_due() is None
    assert len(objects.all) == 1
    assert database.read_now(lambda connection: quotas.usage(connection, scope)) == Usage(4, None)
    rows = database.read_now(lambda connection: connection.exec_driver_sql("SELECT count(*) FROM package").scalar())
    assert rows == 1
    started = Sweeper(storage, 24 * HOUR)
    started.start()
    started.stop()


def test_what_a_project_may_keep(storage: Storage, scope: Scope, runner: asyncio.Runner, database: Database) -> None:
    database.write_now(lambda connection: quotas.set_limit(connection, SERVER, scope, 10))

    def put(path: str, content: bytes, size: int | None = None) -> None:
        runner.run(service.upload(storage, scope, lambda _: (REF, path), Incoming(chunks(content), size=size)))

    put("a", b"123456")
    put("again", b"123456")
    for size in (None, 5):
        with pytest.raises(QuotaExceeded, match="it may keep 10"):
            put("b", b"12345", size)
    put("c", b"1234")
    assert database.read_now(lambda connection: quotas.usage(connection, scope)) == Usage(10, 10)
    database.write_now(lambda connection: quotas.set_limit(connection, SERVER, scope, None))
    put("b", b"12345")
    assert database.read_now(lambda connection: quotas.usage(connection, scope)) == Usage(15, None)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_settings_are_checked(scope: Scope, database: Database) -> None:
    for new in (
        PackageSettings(size_limit=-1),
        PackageSettings(duplicate_exceptions="(a+)+"),
        PackageSettings(duplicate_exceptions="a["),
        PackageSettings(duplicate_exceptions="a" * 256),
    ):
        with pytest.raises(InvalidValue):
            database.write_now(lambda connection, new=new: quotas.change(connection, SERVER, scope, new))
    assert [quotas.parse_size(text) for text in ("none", "1024", "5k", "10 GiB")] == [None, 1024, 5120, 10 * 1024**3]
    for text in ("", "-1", "1.5G", "many"):
        with pytest.raises(InvalidValue):
            quotas.parse_size(text)
