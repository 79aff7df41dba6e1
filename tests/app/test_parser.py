"""What may be typed is a promise: names, options, examples."""

from __future__ import annotations

import shlex

import pytest

from app.cli.catalogue import COMMANDS
from app.cli.parser import parse


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_each_command_can_be_typed(name: str) -> None:
    options = parse(shlex.split(COMMANDS[name].example))
    assert options.command == name


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_shows_its_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([name, "--help"])
    assert ended.value.code == 0
    assert f"aico-mesh {COMMANDS[name].example}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", ["--home /x --json status", "status --home /x --json", "--home /x status --json"]
)
def test_home_and_json_stand_before_or_after_the_command(words: str) -> None:
    options = parse(words.split())
    assert (options.home, options.json) == ("/x", True)


def test_without_them_they_are_off() -> None:
    options = parse(["status"])
    assert (options.home, options.json, options.passphrase_file) == (None, False, None)


@pytest.mark.parametrize("valence", ["-1", "-0.4", "-.5", "0", "1"])
def test_a_negative_valence_needs_no_dashes(valence: str) -> None:
    options = parse(["feel", valence, "--arousal", "-0.25"])
    assert (options.valence, options.arousal) == (float(valence), -0.25)


def test_a_code_may_be_typed_in_groups() -> None:
    options = parse(["join", "123", "456", "789", "--at", "desk:21550"])
    assert options.invitation == ["123", "456", "789"]


def test_recovery_words_are_read_by_their_place() -> None:
    options = parse(["recovery-phrase", "--confirm", "3=Tea 9=moon 17=river"])
    assert options.confirm == {"3": "tea", "9": "moon", "17": "river"}


def test_a_path_is_meant_from_where_the_command_is_typed(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(folder)
    assert parse(["import", "a.jsonl"]).path == str(folder / "a.jsonl")


@pytest.mark.parametrize(
    "words",
    [
        "fly",
        "say",
        "say a b",
        "feel 1.5",
        "feel nan",
        "feel much",
        "status --jso",
        "trust x some",
        "publish t not-json",
        "publish t [1]",
        "invite --trust most",
        "invite --minutes 0",
        "search x --limit 0",
        "node --port 70000",
        "recovery-phrase --confirm x",
        "say \udcff",
    ],
)
def test_wrong_usage_ends_with_2_and_says_so_on_stderr(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(words.split())
    seen = capsys.readouterr()
    assert ended.value.code == 2
    assert seen.out == ""
    assert "usage" in seen.err


def test_without_a_command_the_application_is_meant() -> None:
    options = parse(["--home", "/x"])
    assert (options.command, options.home, options.background) == ("tray", "/x", False)


def test_an_invitation_alone_opens_the_application() -> None:
    assert parse(["aico-mesh:ABC"]).link == "aico-mesh:ABC"
