"""The gallery in `docs/` has every window and state, and nothing that is no more."""

from __future__ import annotations

from tests.app.gallery.__main__ import GALLERY, index
from tests.app.gallery.shots import SHOTS

AT_MOST_BYTES = 6 * 1024 * 1024


def test_the_page_and_its_pictures_are_those_of_the_windows() -> None:
    pictures = {path.name for path in GALLERY.glob("*.png")}
    assert pictures == {shot.file(look) for shot in SHOTS for look in shot.looks}
    assert (GALLERY / "index.md").read_text(encoding="utf-8") == index()


def test_the_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in GALLERY.iterdir()) < AT_MOST_BYTES
