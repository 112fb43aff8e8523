"""Settings from arguments, the environment and a file."""

from pathlib import Path

from shortlist.settings import load


def test_a_folder_comes_from_the_environment_and_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('data = "/srv/from-file"\nport = 5001\n')

    assert load({}, {}, file).data == Path("/srv/from-file")
    found = load({}, {"SHORTLIST_DATA": "/srv/from-environment", "SHORTLIST_PORT": "5002"}, file)
    assert (found.data, found.port) == (Path("/srv/from-environment"), 5002)
    assert load({"data": Path("/srv/given")}, {"SHORTLIST_DATA": "/srv/other"}).data == Path("/srv/given")
