"""./run as a person meets it: what it passes on, what it needs, what it says."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
TOOLS = ("bash", "cmp", "dirname", "env", "flock", "id", "readlink")
LIBRARIES = 5000
"""So long a list that no pipe holds it whole."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environment is prepared, with an app which tells how it was started."""
    home = tmp_path / "a checkout"
    (home / "installers").mkdir(parents=True)
    for name in ("run", "requirements.lock", "installers/checkout.sh"):
        shutil.copy(REPOSITORY / name, home / name)
    (home / ".venv/bin").mkdir(parents=True)
    (home / ".venv/bin/python").symlink_to(sys.executable)
    shutil.copy(home / "requirements.lock", home / ".venv/installed.lock")
    (home / "app").mkdir()
    (home / "app/__main__.py").write_text("import os, sys\nprint(os.getcwd(), sys.argv[1:])\n")
    return home


def start(
    checkout: Path, *arguments: str, cwd: Path, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    bash = shutil.which("bash")
    assert bash
    environment = {"PATH": str(path)} if path else None
    command = [bash, str(checkout / "run"), *arguments]
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def bare_path(folder: Path) -> Path:
    """A PATH with the shell's tools only: no Python, no apt."""
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool) or tool)
    return folder


def test_a_prepared_checkout_passes_arguments_and_folder_on_and_is_silent(
    checkout: Path, tmp_path: Path
) -> None:
    # What lies where a person stands must not be taken for the application.
    (tmp_path / "app.py").write_text("raise SystemExit('not this one')\n")
    started = start(checkout, "say", "two  words", "--json", cwd=tmp_path)
    assert started.stdout == f"{tmp_path} ['say', 'two  words', '--json']\n"
    assert (started.returncode, started.stderr) == (0, "")


def test_run_works_through_a_link(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/run").symlink_to(checkout / "run")
    assert start(tmp_path / "bin", "status", cwd=tmp_path).stdout == f"{tmp_path} ['status']\n"


def test_a_changed_lock_is_noticed_and_what_is_missing_is_named(
    checkout: Path, tmp_path: Path
) -> None:
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# newer\n")
    started = start(checkout, "status", cwd=tmp_path, path=bare_path(tmp_path / "bin"))
    assert started.returncode == 1
    assert started.stdout == ""
    assert "python3-venv" in started.stderr


def test_the_lock_names_no_address_and_hashes_everything() -> None:
    lock = (REPOSITORY / "requirements.lock").read_text()
    entries = [entry for entry in re.split(r"\n(?=[a-z])", lock) if not entry.startswith("#")]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|--index|--find-links|@ ", lock)


def test_the_lock_holds_everything_the_project_declares() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = set(
        re.findall(
            r"^([a-z0-9-]+)==", (REPOSITORY / "requirements.lock").read_text(), re.MULTILINE
        )
    )
    assert {re.split(r"[<>=]", requirement)[0] for requirement in declared} <= locked


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", True),
        ("tray --background", True),
        ("--home /x tray", True),
        ("--home /x", True),
        ("aico-mesh:ABC", True),
        ("status", False),
        ("--home tray status", False),
        ("--json demo", False),
        ("--help", False),
    ],
)
@pytest.mark.parametrize("has_screen", [True, False])
def test_libraries_for_windows_are_wanted_only_for_windows(
    words: str, wanted: bool, has_screen: bool
) -> None:
    script = f'here=/x; source {REPOSITORY}/installers/checkout.sh; wants_windows "$@"'
    asked = subprocess.run(
        ["bash", "-c", script, "run", *words.split()],
        env={"DISPLAY": ":0"} if has_screen else {},
        check=False,
    )
    assert (asked.returncode == 0) is (wanted and has_screen)


def has_qt_libraries(checkout: Path, listed: str) -> bool:
    """What the checkout says of Qt's libraries when the system lists them so."""
    (checkout / ".venv/lib/python3.11/site-packages/PySide6/Qt").mkdir(parents=True)
    (checkout / "listed").write_text(listed)
    (checkout / "ldd").write_text('#!/bin/sh\nexec cat "${0%/*}/listed"\n')
    (checkout / "ldd").chmod(0o755)
    script = "set -euo pipefail; source installers/checkout.sh; has_qt_libraries"
    asked = subprocess.run(
        ["bash", "-c", script],
        cwd=checkout,
        env={"PATH": f"{checkout}:{os.environ['PATH']}", "here": str(checkout)},
        check=False,
    )
    return asked.returncode == 0


@pytest.mark.parametrize("place", [0, LIBRARIES // 2, LIBRARIES - 1])
def test_a_library_that_is_missing_is_seen_wherever_it_stands_in_a_long_list(
    checkout: Path, place: int
) -> None:
    lines = [f"\tlibQt{n}.so.6 => /lib/libQt{n}.so.6 (0x7f)\n" for n in range(LIBRARIES)]
    lines[place] = "\tlibEGL.so.1 => not found\n"
    assert not has_qt_libraries(checkout, "".join(lines))


def test_libraries_that_are_all_there_are_not_fetched(checkout: Path) -> None:
    assert has_qt_libraries(checkout, "\tlibEGL.so.1 => /lib/libEGL.so.1 (0x7f)\n")
