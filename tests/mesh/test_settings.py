"""The owner's file: what it restricts, and which line is wrong."""

from __future__ import annotations

import contextlib
import itertools

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import BadSettings
from mesh.model.device import Trust, device_id
from mesh.model.policy import NO_CHOICES, Policy, allowance, restricted, setting_name
from mesh.settings import NESTED_MAX, _refuse_what_is_odd, read_settings

DEVICE = device_id(bytes(32))
WHOLE = f"""
sharing:
  memory_access: off        # a switch
  privacy_levels: [public]
  private_tags: work, health
  limited:
    time_window_days: 3
  devices:
    {DEVICE}: {{conversation_continuity: off}}
"""


def test_what_it_says_is_read_by_meaning() -> None:
    said = read_settings(WHOLE.encode()).said
    assert said == {
        setting_name("memory_access"): ("off",),
        setting_name("privacy_levels"): ("public",),
        setting_name("private_tags"): ("health, work",),
        setting_name("time_window_days", "limited"): ("3",),
        setting_name("conversation_continuity", DEVICE): ("off",),
    }


@pytest.mark.parametrize("text", ["", "# nothing\n", "sharing: {}\n"])
def test_an_empty_file_restricts_nothing(text: str) -> None:
    assert read_settings(text.encode()) == NO_CHOICES


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("sharing:\n  memory_acess: off", 2),
        ("sharing:\n  memory_access: maybe", 2),
        ("sharing:\n  memory_access: off\n  memory_access: on", 3),
        ("sharing:\n  limited:\n    private_tags: x", 3),
        ("sharing:\n  devices:\n    Tablet: {}", 3),
        ("sharing:\n  memory_access: {a: b}", 2),
        ("sharing: [a]", 1),
        ("share: {}", 1),
        ("sharing:\n\tmemory_access: off", 2),
        ("sharing:\n  a: [b", 2),
    ],
)
def test_a_mistake_is_named_by_its_line(text: str, line: int) -> None:
    with pytest.raises(BadSettings, match=f"line {line}: "):
        read_settings(text.encode())


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\xfd", b"a: &x 1\nb: *x\n", b"[" * 5000, b"--- 1\n--- 2\n", b"!x y: 1"],
)
def test_odd_files_are_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(BadSettings):
        read_settings(content)


def test_what_is_nested_deeply_is_refused_as_soon_as_it_is_too_deep() -> None:
    """To read on takes a second for each thousand levels, and ever more."""
    read = itertools.count()
    events = (event for event, _ in zip(yaml.parse("[" * 60_000), read, strict=False))
    with pytest.raises(BadSettings):
        _refuse_what_is_odd(events)
    assert next(read) < 2 * NESTED_MAX


@given(st.binary(max_size=200))
def test_any_bytes_give_choices_or_a_sentence(content: bytes) -> None:
    with contextlib.suppress(BadSettings):
        assert isinstance(read_settings(content), Policy)


@given(
    st.sampled_from(["on", "off", "default"]),
    st.sampled_from(["on", "off"]),
    st.sampled_from([Trust.FULL, Trust.LIMITED]),
)
def test_a_file_only_restricts(family: str, own: str, trust: Trust) -> None:
    policy = Policy({setting_name("memory_access"): (family,)})
    here = read_settings(f"sharing:\n  memory_access: {own}\n".encode())
    value = policy.value("memory_access", trust)
    assert restricted("memory_access", value, here, trust, "") == (value and own == "on")
    given_here = allowance(trust, 10**13, policy, "", here).grants
    assert given_here.within(allowance(trust, 10**13, policy).grants)
