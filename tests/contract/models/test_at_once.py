"""Models that are changed twice at once on PostgreSQL."""

import pytest
from sqlalchemy import Connection

from shortlist.db.database import Database
from shortlist.errors import NotFound
from shortlist.models import models, store_versions, versions, wellknown
from shortlist.models.types import NewVersion
from tests.at_once import second_of
from tests.contract.metrics.conftest import PROJECT, scope_of

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])


def test_a_version_is_not_made_below_a_name_that_its_model_has_lost(database: Database) -> None:
    scope = scope_of(PROJECT)
    database.write_now(lambda connection: models.create(connection, scope, "fraud", "", {}))

    def rename(connection: Connection) -> None:
        models.rename(connection, scope, "fraud", "scoring")

    def create(connection: Connection) -> None:
        versions.create(connection, scope, NewVersion("fraud", metadata={wellknown.SEMVER: "1.0.0"}))

    with pytest.raises(NotFound):
        second_of(database, rename, create).result()
    database.write_now(lambda connection: models.rename(connection, scope, "scoring", "fraud"))
    second_of(database, create, rename).result()
    [made] = database.read_now(lambda connection: store_versions.of_model(connection, scope, 1))
    assert made.model_name == "scoring"
