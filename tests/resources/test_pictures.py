"""The pictures that two people compare are shipped, so that both screens show the same."""

from __future__ import annotations

from importlib.resources import files

from mesh.pairing.emoji import PICTURES

FOLDER = files("resources") / "pictures"


def test_each_picture_of_pairing_has_its_file_and_no_file_is_left_over() -> None:
    points = (
        "-".join(f"{ord(character):x}" for character in symbol if character != "\ufe0f")
        for symbol, _ in PICTURES
    )
    shipped = {file.name for file in FOLDER.iterdir()}
    assert shipped == {f"{name}.svg" for name in points} | {"NOTICE"}
