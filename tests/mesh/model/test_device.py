"""A device id survives people: typing, shouting, spaces and mistakes."""

from __future__ import annotations

import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh.errors import BadInput
from mesh.model.device import (
    ALPHABET,
    NAME_MAX,
    Kind,
    Role,
    Trust,
    author_tag,
    clean_name,
    device_id,
    kind_of,
    parse_device_id,
)

keys = st.binary(min_size=32, max_size=32)


@given(keys)
def test_an_id_is_four_groups_of_nine_and_reads_back(key: bytes) -> None:
    text = device_id(key)
    assert [len(group) for group in text.split("-")] == [9, 9, 9, 9]
    assert parse_device_id(text) == text


@settings(max_examples=10)
@given(keys)
def test_every_wrong_character_is_caught_and_its_group_named(key: bytes) -> None:
    text = device_id(key)
    for place, right in enumerate(text):
        for wrong in ALPHABET if right != "-" else "":
            if wrong != right:
                typed = text[:place] + wrong + text[place + 1 :]
                with pytest.raises(BadInput, match=f"Group {place // 10 + 1} "):
                    parse_device_id(typed)


@given(keys, st.sampled_from([str.lower, str.upper, lambda text: text.replace("-", " ")]))
def test_case_dashes_and_spaces_do_not_matter(key: bytes, typed: object) -> None:
    text = device_id(key)
    assert callable(typed)
    assert parse_device_id(f" {typed(text)}\n") == text


@given(keys)
def test_digits_that_look_like_letters_are_understood(key: bytes) -> None:
    text = device_id(key)
    typed = text.replace("O", "0").replace("I", "1").replace("B", "8")
    assert parse_device_id(typed) == text


@given(st.text(max_size=60))
def test_any_text_gives_an_id_or_bad_input(text: str) -> None:
    with suppress(BadInput):
        assert len(parse_device_id(text)) == 39


@given(keys, keys)
def test_ids_and_author_tags_tell_devices_apart(left: bytes, right: bytes) -> None:
    assert (device_id(left) == device_id(right)) == (left == right)
    assert (author_tag(left) == author_tag(right)) == (left == right)


@given(keys)
def test_an_author_tag_never_looks_imported(key: bytes) -> None:
    tag = author_tag(key)
    assert len(tag) == 6
    assert tag[0] < 0x80


def test_the_id_of_a_known_key_never_changes() -> None:
    assert device_id(bytes(32)) == "AIIL5JVBM-HF4X25FKW-K5SPWITDM-TDYH6QWEE"
    assert author_tag(bytes(32)).hex() == "018ac5a63d60"


def test_trust_has_an_order() -> None:
    assert sorted(Trust, key=lambda trust: trust.rank) == [
        Trust.GUEST,
        Trust.LIMITED,
        Trust.FULL,
    ]


@given(st.text(max_size=80))
def test_a_clean_name_is_short_visible_and_stays_as_it_is(text: str) -> None:
    with suppress(BadInput):
        name = clean_name(text)
        assert 0 < len(name) <= NAME_MAX
        assert not any(unicodedata.category(character) in {"Cc", "Cf"} for character in name)
        assert clean_name(name) == name


@pytest.mark.parametrize("text", ["", "  \n", "x" * 41, "phone\u202egnp", "a\x00b", "a\u200bb"])
def test_names_that_mislead_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        clean_name(text)


def test_a_name_is_composed_and_on_one_line() -> None:
    assert clean_name("  Cafe\u0301 \n laptop ") == "Caf\u00e9 laptop"


def test_a_machine_is_mobile_by_its_role_and_a_server_by_what_it_offers() -> None:
    assert kind_of(Role.MOBILE, ["server"]) is Kind.MOBILE
    assert kind_of(Role.SHARED, ["memory", "server"]) is Kind.SERVER
    assert {kind_of(role, ["memory"]) for role in set(Role) - {Role.MOBILE}} == {Kind.DESKTOP}
