"""A span for each statement: its text, never its values."""

from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, event

from shortlist.meters.tracing import Tracing

_SPAN = "shortlist_span"
_MOST_CHARACTERS = 2000


def watch(engine: Engine, traces: Tracing) -> None:
    def before(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        name = statement.split(None, 1)[0].upper()
        attributes = {"db.system.name": engine.dialect.name, "db.query.text": statement[:_MOST_CHARACTERS]}
        connection.info[_SPAN] = traces.begin(name, attributes)

    def after(connection: Connection, *_rest: Any) -> None:
        traces.end(connection.info.pop(_SPAN, None))

    def failed(failure: ExceptionContext) -> None:
        if failure.connection is not None:
            traces.end(failure.connection.info.pop(_SPAN, None), failure.original_exception)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", failed)
