"""Spreading the tables over the machines of a Citus cluster: the plan as data, and carrying it out.

Tenant tables are distributed by project and lie together, so that everything of a project is on one machine. What they
are joined with or refer to is on every machine. What neither needs stays on the coordinator.
"""

from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import Connection, Engine, ForeignKeyConstraint, Table, text
from sqlalchemy.exc import DBAPIError

from shortlist.db import engine as engines
from shortlist.db import migrate
from shortlist.db.schema import METADATA
from shortlist.errors import InvalidValue

COLUMN = "project_id"
_SPREAD = "distributed"
_SEQUENTIAL = "citus.multi_shard_modify_mode TO 'sequential'"

# Small, and joined with tenant tables or referred to.
REFERENCE = frozenset(
    {"access_token", "group_member", "namespace", "namespace_ancestor", "path_redirect", "project", "user_account"}
)
# Never joined with tenant tables.
LOCAL = frozenset(
    {
        "audit_event",
        "browser_session",
        "failed_attempt",
        "granted_role",
        "instance_setting",
        "linked_identity",
        "package_sweep",
        "recovery_code",
        "signing_key",
        "totp_secret",
        "transfer_key",
    }
)

# Where the rows are; without foreign keys.
LARGE = frozenset({"metric_chunk", "metric_latest", "metric_log", "metric_outline", "metric_series"})

Told = Callable[[str, str], None]


class Cluster(msgspec.Struct, frozen=True):
    """What Citus says: its version, its workers, and of each distributed table how ("distributed", "reference")."""

    version: str
    workers: int
    tables: dict[str, str]


def distributed() -> list[Table]:
    """The tenant tables, those that others refer to first."""
    return [table for table in METADATA.sorted_tables if table.name not in REFERENCE | LOCAL]


def online() -> list[Table]:
    """The large ones of them: no foreign key ties them to others, so Citus can move their rows while they change."""
    return [table for table in distributed() if table.name in LARGE]


def _ties() -> list[tuple[Table, ForeignKeyConstraint]]:
    tenants = {table.name for table in distributed()}
    return [
        (METADATA.tables[name], key)
        for name in sorted(tenants)
        for key in METADATA.tables[name].foreign_key_constraints
        if key.referred_table.name in tenants
    ]


def distribute(url: str, told: Told, *, blocking: bool = False) -> Cluster:
    """Spread the tables; what is spread already stays, so that a cut-off attempt is begun again.

    Tables with foreign keys go in one transaction, in which changes wait; then the large ones of metrics, online.

    Args:
        blocking: the large ones too wait for changes to end; for clusters without logical decoding.

    Raises:
        InvalidValue: no PostgreSQL with Citus and a worker, or another schema than this program's.
    """
    url = engines.normalise_url(url)
    if not url.startswith("postgresql"):
        raise InvalidValue("Only PostgreSQL with Citus can be distributed.", field="database")
    if migrate.check_reachable(url) != migrate.HEAD:
        raise InvalidValue("Run `shortlist db upgrade` first.", field="database")
    engine = engines.create(url)
    try:
        with engine.connect() as connection:
            cluster = look(connection)
        if not cluster.workers:
            raise InvalidValue("Citus has no worker; add one with citus_add_node.", field="database")
        with engine.begin() as connection:
            # A transaction that reads several projects, and then changes a table that is everywhere, needs it so.
            connection.execute(text(f"ALTER DATABASE {_quoted(engine.url.database)} SET {_SEQUENTIAL}"))
            connection.execute(text(f"SET LOCAL {_SEQUENTIAL}"))
            _at_once(connection, cluster, told)
        _large(engine, told, "create_distributed_table" if blocking else "create_distributed_table_concurrently")
        with engine.connect() as connection:
            return look(connection)
    finally:
        engine.dispose()


def _quoted(name: str | None) -> str:
    return '"' + (name or "").replace('"', '""') + '"'


def look(connection: Connection) -> Cluster:
    """Raises InvalidValue: the database has no Citus."""
    try:
        version = str(connection.execute(text("SELECT citus_version()")).scalar_one())
    except DBAPIError:
        raise InvalidValue("The database has no Citus; run CREATE EXTENSION citus in it.", field="database") from None
    workers = connection.execute(text("SELECT count(*) FROM citus_get_active_worker_nodes()")).scalar_one()
    rows = connection.execute(text("SELECT table_name::text, citus_table_type FROM citus_tables"))
    return Cluster(version.partition(" on ")[0], int(workers), {row[0].strip('"'): row[1] for row in rows})


def _at_once(connection: Connection, cluster: Cluster, told: Told) -> None:
    later = {table.name for table in online()}
    waiting = [
        table for table in distributed() if table.name not in later and cluster.tables.get(table.name) != _SPREAD
    ]
    ties = [(table, key) for table, key in _ties() if table in waiting]
    for table, key in ties:
        connection.execute(text(f'ALTER TABLE "{table.name}" DROP CONSTRAINT IF EXISTS "{key.name}"'))
    for name in (table.name for table in METADATA.sorted_tables if table.name in REFERENCE):
        if cluster.tables.get(name) != "reference":
            told(name, "reference")
            connection.execute(text("SELECT create_reference_table(:name)"), {"name": name})
    for table in waiting:
        told(table.name, "distributed")
        _create(connection, "create_distributed_table", table.name)
    for table, key in ties:
        connection.execute(text(_add(table, key)))


def _large(engine: Engine, told: Told, function: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        there = look(connection).tables
        for table in online():
            if there.get(table.name) == _SPREAD:
                continue
            told(table.name, "distributed")
            try:
                _create(connection, function, table.name)
            except DBAPIError as error:
                raise InvalidValue(
                    f"Citus cannot move {table.name} while it changes: {_reason(error)}. Mend that and run this "
                    "again, or stop the servers and run it with --blocking.",
                    field="database",
                ) from None


def _reason(error: DBAPIError) -> str:
    """What a machine of the cluster says, with what PostgreSQL 15.20 and later mean by its refusal of a plugin."""
    said = str(error.orig or error).strip().partition("\n")[0].removeprefix("ERROR:").strip()
    if "output plugin" in said:
        return f"{said} (add it to output_plugin_libraries on every machine)"
    return said


def _create(connection: Connection, function: str, name: str) -> None:
    """Beside the first tenant table, so that shards of a project lie together."""
    first = next(table.name for table in distributed() if table not in online())
    beside = "none" if name == first else first
    connection.execute(
        text(f"SELECT {function}(:name, :column, colocate_with => :beside)"),
        {"name": name, "column": COLUMN, "beside": beside},
    )


def _add(table: Table, key: ForeignKeyConstraint) -> str:
    def listed(names: Sequence[str]) -> str:
        return ", ".join(f'"{name}"' for name in names)

    ours = listed([element.parent.name for element in key.elements])
    theirs = listed([element.column.name for element in key.elements])
    on_delete = f" ON DELETE {key.ondelete}" if key.ondelete else ""
    return (
        f'ALTER TABLE "{table.name}" ADD CONSTRAINT "{key.name}" FOREIGN KEY ({ours}) '
        f'REFERENCES "{key.referred_table.name}" ({theirs}){on_delete}'
    )
