"""The dictionary which small batches are compressed with."""

import tomllib
from fnmatch import fnmatch
from importlib.resources import files
from pathlib import Path

import zstandard

from mesh.wire.compression import DICTIONARY

REPOSITORY = Path(__file__).parents[2]
SHIPPED = files("resources") / "dictionary"


def test_it_is_one_for_zstd_and_no_larger_than_64_kib() -> None:
    found = (SHIPPED / DICTIONARY).read_bytes()
    assert len(found) <= 64 * 1024
    assert zstandard.ZstdCompressionDict(found, zstandard.DICT_TYPE_FULLDICT).dict_id() > 0


def test_it_is_packaged_with_its_licence() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    for name in (DICTIONARY, "NOTICE"):
        assert (SHIPPED / name).is_file()
        assert any(fnmatch(f"dictionary/{name}", pattern) for pattern in patterns)
    assert "resources/dictionary/NOTICE" in project["project"]["license-files"]
    notice = (SHIPPED / "NOTICE").read_text(encoding="utf-8")
    assert "MIT License" in notice
    assert "chitchat-dataset" in notice
