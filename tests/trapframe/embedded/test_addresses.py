from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from trapframe.embedded import addresses
from trapframe.embedded.addresses import runtime_folder


def test_addresses_are_the_same_each_time_and_make_nothing(tmp_path: Path) -> None:
    assert addresses(tmp_path / "data") == addresses(tmp_path / "data")
    assert list(tmp_path.iterdir()) == []
    assert not runtime_folder(tmp_path / "data").exists()


def test_each_data_folder_has_its_own(tmp_path: Path) -> None:
    assert addresses(tmp_path / "one") != addresses(tmp_path / "two")


def test_two_names_of_one_folder_have_the_same(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert addresses(tmp_path / "link" / "data") == addresses(tmp_path / "data")


def test_sockets_have_short_paths_whatever_the_folder(tmp_path: Path) -> None:
    folder = runtime_folder(tmp_path / ("long" * 50))
    assert len(str(folder / ".s.PGSQL.5432.lock")) < 80


def test_the_urls_name_the_sockets(tmp_path: Path) -> None:
    folder = runtime_folder(tmp_path)
    found = addresses(tmp_path)
    assert conninfo_to_dict(found.database_url) == {
        "user": "trapframe",
        "port": "5432",
        "dbname": "trapframe",
        "host": str(folder),
    }
    assert found.broker_url == f"redis+socket://{folder}/redis.sock?virtual_host=0"
    assert found.cache_url == f"unix://{folder}/redis.sock?db=1"
