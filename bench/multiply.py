"""Many runs in a peer's database, copied there from a few that came through its API.

A peer takes half an hour to create a hundred thousand runs, and that time is the subject of another case. The tables
of FastTrackML are MLflow's with more columns, so one text serves both: whatever columns there are, the ids become new,
and the metrics are spread anew, so that a filter finds the same share of the copies as of the originals.
"""

from sqlalchemy import Connection, create_engine, inspect, text

from bench.servers import Running

_CHILDREN = ("params", "tags", "latest_metrics", "metrics")
_SPREAD = 0.6180339887498949


def multiply(server: Running, experiment_id: str, numbers: range) -> None:
    """Copy every run that came through the API once for each of these numbers, which start at 1."""
    engine = create_engine(server.database.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.begin() as connection:
            for number in range(max(1, numbers.start), numbers.stop):
                _copy(connection, int(experiment_id), number)
    finally:
        engine.dispose()


def _copy(connection: Connection, experiment_id: int, number: int) -> None:
    values = {"experiment": experiment_id, "prefix": f"{number:08x}", "number": number, "spread": _spread(number)}
    original = "experiment_id = :experiment AND run_uuid NOT LIKE '0000%'"
    changed = {"run_uuid": ":prefix || substr(run_uuid, 9)", "row_num": "row_num + :number * 1000000"}
    _insert(connection, "runs", changed, original, values)
    for table in _CHILDREN:
        _insert(
            connection,
            table,
            {"run_uuid": ":prefix || substr(run_uuid, 9)", "value": _moved() if "metrics" in table else "value"},
            f"run_uuid IN (SELECT run_uuid FROM runs WHERE {original})",  # noqa: S608 - no outside text
            values,
        )


def _spread(number: int) -> float:
    return number * _SPREAD % 1


def _moved() -> str:
    """A value of [0, 1) moved around the circle; the databases differ in how they round."""
    return "CASE WHEN value + :spread >= 1 THEN value + :spread - 1 ELSE value + :spread END"


def _insert(
    connection: Connection, table: str, changed: dict[str, str], where: str, values: dict[str, object]
) -> None:
    names = [str(column["name"]) for column in inspect(connection).get_columns(table)]
    columns = ", ".join(f'"{name}"' for name in names)
    selected = ", ".join(changed.get(name, f'"{name}"') for name in names)
    statement = f"INSERT INTO {table} ({columns}) SELECT {selected} FROM {table} WHERE {where}"  # noqa: S608
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    connection.execute(text(statement), used)
