"""A profile: found where its owner means, closed to others, served by one process."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import platformdirs
import pytest

from mesh.errors import ProfileError, ProfileInUse, ProfileUnsafe
from mesh.profile import (
    SOCKET_PATH_MAX,
    Door,
    Profile,
    ProfileRecord,
    read_small,
    write_private,
)
from mesh.profile.files import SMALL_FILE_MAX

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD = ProfileRecord(id="5" * 32, keystore="keyring")


@pytest.fixture
def place() -> Iterator[Path]:
    """A short folder: what pytest gives is too long for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="am-"))
    yield folder.resolve()
    shutil.rmtree(folder)


@pytest.fixture
def profile(place: Path) -> Profile:
    made = Profile(place / "home", place / "run")
    made.prepare()
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def of_another_user(place: Path) -> Path:
    """A folder that is not ours: given away by root, or the root folder for everybody else."""
    if os.geteuid() != 0:
        return Path("/")
    folder = place / "foreign"
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, 65534)
    return folder


def test_the_option_comes_before_the_variable_and_the_variable_before_the_system(
    place: Path,
) -> None:
    environ = {"AICO_MESH_HOME": str(place / "variable")}
    assert Profile.find(str(place / "option"), environ).home == place / "option"
    assert Profile.find(None, environ).home == place / "variable"
    default = Profile.find(None, {}).home
    assert default == platformdirs.user_data_path("aico-mesh").resolve()


def test_one_profile_has_one_name(place: Path) -> None:
    (place / "real").mkdir()
    (place / "link").symlink_to(place / "real")
    found = {
        Profile.find(str(place / name), {}) for name in ("real", "link", "x/../real", "real/")
    }
    assert len(found) == 1


def test_looking_touches_nothing(place: Path) -> None:
    profile = Profile.find(str(place / "home"), {"XDG_RUNTIME_DIR": str(place)})
    assert not profile.is_running()
    assert profile.read_record() is None
    assert list(place.iterdir()) == []


def test_sockets_lie_in_the_runtime_folder(place: Path) -> None:
    profile = Profile.find(str(place / "home"), {"XDG_RUNTIME_DIR": str(place)})
    assert profile.sockets.parent == place / "aico-mesh"


@pytest.mark.parametrize(
    "fault", ["open to others", "missing", "relative", "too long", "unset"]
)
def test_a_runtime_folder_that_will_not_do_is_not_used(place: Path, fault: str) -> None:
    place.chmod(0o755 if fault == "open to others" else 0o700)
    deep = place / ("d" * 80)
    deep.mkdir(mode=0o700)
    told = {
        "open to others": str(place),
        "missing": str(place / "none"),
        "relative": os.path.relpath(place),
        "too long": str(deep),
        "unset": "",
    }[fault]
    profile = Profile.find(str(place / "home"), {"XDG_RUNTIME_DIR": told})
    assert profile.sockets.parent == Path(f"/tmp/aico-mesh-{os.geteuid()}")  # noqa: S108


@pytest.mark.parametrize("runtime", [None, Path("/run/user/1000/aico-mesh")])
@pytest.mark.parametrize("door", get_args(Door))
def test_endpoints_are_short_enough_for_a_socket(runtime: Path | None, door: Door) -> None:
    profile = Profile(Path("/home/somebody/" + "long/" * 60), runtime)
    scheme, path = profile.endpoint(door).split("://")
    assert scheme == "ipc"
    assert path.endswith(f"/{door}.sock")
    assert len(os.fsencode(path)) <= SOCKET_PATH_MAX


def test_two_profiles_never_share_a_door(place: Path) -> None:
    assert Profile(place / "a").sockets != Profile(place / "b").sockets


def test_what_is_made_is_closed_to_others(profile: Profile) -> None:
    for folder in (profile.home, profile.sockets.parent, profile.sockets):
        assert mode(folder) == 0o700
    profile.check_sockets()


def test_a_folder_of_ours_that_stood_open_is_closed(place: Path) -> None:
    (place / "home").mkdir(mode=0o777)
    (place / "home").chmod(0o777)
    Profile(place / "home", place / "run").prepare()
    assert mode(place / "home") == 0o700


def test_a_folder_shared_by_all_is_refused_and_left_as_it_is(place: Path) -> None:
    (place / "home").mkdir()
    (place / "home").chmod(0o1777)
    with pytest.raises(ProfileUnsafe):
        Profile(place / "home", place / "run").prepare()
    assert mode(place / "home") == 0o1777


@pytest.mark.parametrize("which", ["home", "runtime"])
def test_the_folder_of_another_user_is_refused(place: Path, which: str) -> None:
    foreign = of_another_user(place)
    home, runtime = (foreign, place) if which == "home" else (place / "home", foreign)
    with pytest.raises(ProfileUnsafe):
        Profile(home, runtime).prepare()


@pytest.mark.parametrize("which", ["parent", "folder"])
def test_a_link_in_place_of_the_door_is_refused(profile: Profile, which: str) -> None:
    folder = profile.sockets.parent if which == "parent" else profile.sockets
    folder.rename(folder.with_name("moved"))
    folder.symlink_to("moved")
    with pytest.raises(ProfileUnsafe):
        profile.prepare()
    with pytest.raises(ProfileUnsafe):
        profile.check_sockets()


def test_callers_stay_away_from_the_door_of_another_user(place: Path) -> None:
    profile = Profile(place / "home", of_another_user(place))
    if os.geteuid() == 0:
        profile.sockets.mkdir(mode=0o700)
    with pytest.raises(ProfileUnsafe):
        profile.check_sockets()


def test_callers_stay_away_from_a_door_that_is_open_to_others(profile: Profile) -> None:
    profile.sockets.chmod(0o750)
    with pytest.raises(ProfileUnsafe):
        profile.check_sockets()


def test_a_home_that_cannot_be_made_is_a_sentence(place: Path) -> None:
    (place / "file").touch()
    with pytest.raises(ProfileError):
        Profile(place / "file" / "home", place / "run").prepare()


def test_one_lock_at_a_time(profile: Profile) -> None:
    with profile.lock():
        assert profile.is_running()
        with pytest.raises(ProfileInUse):
            profile.lock()
    assert not profile.is_running()
    profile.lock().close()


def test_those_who_look_do_not_keep_a_node_from_starting(profile: Profile) -> None:
    profile.lock().close()
    looking = os.open(profile.home / "lock", os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    leaving = threading.Timer(0.05, os.close, [looking])
    leaving.start()
    profile.lock().close()
    leaving.join()


SERVE = """
import sys
from pathlib import Path
from mesh.profile import Profile
lock = Profile(Path(sys.argv[1]), Path(sys.argv[2])).lock()
print("serving", flush=True)
sys.stdin.read()
"""


def test_a_killed_process_leaves_nothing_locked(profile: Profile) -> None:
    command = [sys.executable, "-c", SERVE, str(profile.home), str(profile.runtime)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"serving\n"
        assert profile.is_running()
        with pytest.raises(ProfileInUse):
            profile.lock()
        other.send_signal(signal.SIGKILL)
    assert not profile.is_running()
    profile.lock().close()


def test_the_door_of_a_running_node_is_found_from_another_environment(profile: Profile) -> None:
    with profile.lock():
        assert Profile.find(str(profile.home), {}).sockets == profile.sockets
    assert Profile.find(str(profile.home), {}).sockets != profile.sockets


def test_the_record_is_kept_for_this_user_alone(profile: Profile) -> None:
    profile.write_record(RECORD)
    assert profile.read_record() == RECORD
    assert mode(profile.record) == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"\xf3d":"5"}',
        b'{"id":"5","keystore":"cloud","version":1}',
        b'{"id":"5","keystore":"keyring","version":2}',
        b'{"id":"5","keystore":"keyring","version":1}' + b" " * SMALL_FILE_MAX,
    ],
    ids=[
        "empty",
        "cut",
        "no text",
        "no text in a name",
        "unknown keystore",
        "later version",
        "too large",
    ],
)
def test_a_record_that_cannot_be_ours_is_not_a_first_run(
    profile: Profile, content: bytes
) -> None:
    profile.record.write_bytes(content)
    with pytest.raises(ProfileError):
        profile.read_record()


def test_a_file_is_replaced_whole_even_after_a_crash(profile: Profile) -> None:
    path = profile.home / "file"
    path.with_name(".file.new").write_bytes(b"half of it")
    before = os.umask(0)
    try:
        write_private(path, b"one")
        write_private(path, b"two")
    finally:
        os.umask(before)
    assert read_small(path) == b"two"
    assert mode(path) == 0o600
    assert [found.name for found in profile.home.iterdir()] == ["file"]


def test_a_file_that_cannot_be_written_is_a_sentence(profile: Profile) -> None:
    with pytest.raises(ProfileError):
        write_private(profile.home / "none" / "file", b"content")


CORE = """
import ctypes, resource
from mesh.profile import no_core_dumps
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
room = 4096 if hard < 0 else min(4096, hard)
resource.setrlimit(resource.RLIMIT_CORE, (room, room))
no_core_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


def test_no_core_is_dumped() -> None:
    shown = subprocess.run([sys.executable, "-c", CORE], capture_output=True, check=True)
    assert shown.stdout == b"(0, 0) 0\n"
