"""The schema: upgrade it, or say what it lacks."""

from shortlist.db import engine as engines


def upgrade(url: str) -> None:
    """Bring the schema of a database to the newest revision, from whatever it has; does nothing when it is there."""
    from shortlist.db.schema import METADATA  # noqa: PLC0415

    engine = engines.create(engines.normalise_url(url))
    METADATA.create_all(engine)
    engine.dispose()
