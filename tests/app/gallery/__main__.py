"""`python -m tests.app.gallery`: draw the pictures of `docs/gallery/` and their index anew.

`python -m tests.app.gallery FOLDER [NAME…]` draws every look of the windows whose names begin
like that, into another folder: for whoever changes how something looks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import groupby
from pathlib import Path

from tests.app.gallery.shots import PERCENTS, SHOTS, Look, Shot

GALLERY = Path(__file__).resolve().parents[3] / "docs" / "gallery"
SCREEN = Path(__file__).with_name("screen.json")
"""Large enough for a window at 200 %."""
TITLES = {
    "companion": "Companion",
    "conversations": "Conversations",
    "memories": "Memories",
    "devices": "Devices",
    "sharing": "Sharing",
    "settings": "Settings",
    "deciding": "What only a person can decide",
    "tray": "Beside the clock",
    "opening": "Before there is a companion to show",
    "first-run": "The first run",
    "pairing": "Pairing",
}
HEAD = """# Gallery

Every window and state, drawn by `python -m tests.app.gallery` with the fonts Inter and Noto
Color Emoji: light and English, dark and German, some at 200 % too.
"""


def main() -> None:
    """Draw, a process a scale, and write the index."""
    folder, *names = sys.argv[1:] or [str(GALLERY)]
    is_ours = Path(folder).resolve() == GALLERY
    Path(folder).mkdir(parents=True, exist_ok=True)
    if is_ours:
        for old in GALLERY.glob("*.png"):
            old.unlink()
    drawing = [_draw(folder, percent, [*names, *([] if is_ours else ["--all"])])
               for percent in PERCENTS]  # fmt: skip
    ends = [process.wait() for process in drawing]
    if any(ends):
        raise SystemExit("not everything could be drawn")
    if is_ours:
        (GALLERY / "index.md").write_text(index(), encoding="utf-8")


def _draw(folder: str, percent: int, names: list[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.app.gallery.draw", folder, str(percent), *names]
    look = {
        "QT_QPA_PLATFORM": f"offscreen:configfile={SCREEN}",
        "QT_SCALE_FACTOR": str(percent / 100),
        "TZ": "UTC",
    }
    return subprocess.Popen(command, env={**os.environ, **look})


def index() -> str:
    """A page with all pictures."""
    parts = [HEAD]
    for room, shots in groupby(SHOTS, key=lambda shot: shot.room):
        parts.append(f"\n## {TITLES[room]}\n")
        for shot in shots:
            pictures = "\n".join(_picture(shot, look) for look in shot.looks)
            parts.append(f"\n### {shot.shows[0].upper()}{shot.shows[1:]}\n\n{pictures}\n")
    return "".join(parts)


def _picture(shot: Shot, look: Look) -> str:
    told = f"{shot.shows}: {look.scheme}, {look.language}, {look.percent} %"
    return f'<img src="{shot.file(look)}" alt="{told}" width="49%">'


if __name__ == "__main__":
    main()
