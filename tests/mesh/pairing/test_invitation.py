"""Links and codes: what is written can be read, is short, and nothing else can be read."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mesh.errors import InvitationInvalid
from mesh.pairing.invitation import (
    ENDPOINTS_MAX,
    LINK_MAX,
    SCHEME,
    Code,
    Endpoint,
    Invitation,
    parse,
    parse_place,
)
from tests.mesh.pairing.household import Dice

QR_ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
ports = st.integers(1, 65535)
hosts = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]{1,6}){0,2}", fullmatch=True),
)


def dialled(host: str, port: int) -> Endpoint | None:
    try:
        return Endpoint.make(host, port)
    except InvitationInvalid:
        return None


endpoints = st.builds(dialled, hosts, ports).filter(bool)
invitations = st.builds(
    Invitation.fitting,
    st.binary(min_size=8, max_size=8),
    st.binary(min_size=16, max_size=16),
    st.lists(endpoints, min_size=1, max_size=6),
)


@given(invitations)
def test_a_link_is_read_as_it_was_written_and_fits_into_a_small_qr_code(
    invitation: Invitation,
) -> None:
    link = invitation.link
    assert parse(link) == invitation
    assert parse(f"  {link[:20]}\n{link[20:].lower()} ") == invitation
    assert len(link) <= LINK_MAX
    assert set(link) <= QR_ALPHANUMERIC
    assert 1 <= len(invitation.endpoints) <= ENDPOINTS_MAX


def test_three_ipv4_addresses_fit_and_so_do_two_of_ipv6() -> None:
    v4 = [Endpoint.make(f"192.168.1.{last}", 65535) for last in (1, 2, 3, 4)]
    v6 = [Endpoint.make(f"2001:db8::{last}:ffff:ffff:ffff", 65535) for last in (1, 2, 3)]
    dice = Dice(1)
    small = Invitation.fitting(dice.draw(8), dice.draw(16), v4)
    large = Invitation.fitting(dice.draw(8), dice.draw(16), v6)
    assert small.endpoints == tuple(v4[:3])
    assert large.endpoints == tuple(v6[:2])
    assert len(small.link) <= 90
    assert len(large.link) <= LINK_MAX


def is_refused(text: str) -> bool:
    try:
        parse(text)
    except InvitationInvalid:
        return True
    return False


def test_every_slip_of_one_letter_in_a_link_is_noticed() -> None:
    dice = Dice(3)
    place = Endpoint.make("192.168.1.2", 21551)
    link = Invitation.fitting(dice.draw(8), dice.draw(16), [place]).link
    slips = [
        link[:at] + letter + link[at + 1 :]
        for at in range(len(SCHEME), len(link))
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ2345670!"
        if letter != link[at]
    ]
    assert sum(is_refused(slip) for slip in slips) == len(slips)


def test_a_link_that_was_cut_is_refused() -> None:
    places = [Endpoint.make(f"192.168.1.{last}", 21551) for last in (2, 3)]
    link = Invitation.fitting(b"8 bytes!", b"sixteen byte key", places).link
    assert all(is_refused(link[:end]) for end in range(len(link)))
    assert not is_refused(link)


@given(st.text(max_size=500))
@example(SCHEME)
@example(SCHEME + "A" * 110)
@example(SCHEME + "ABCDEFGH" * 40)
@example("١٢٣٤٥٦٧٨٩")
@example("²" * 9)
@example("-" * 100)
def test_any_other_text_is_refused_with_our_error(text: str) -> None:
    if is_refused(text):
        return
    read = parse(text)
    assert isinstance(read, Code)
    assert "".join(character for character in text if character.isalnum()) == read.digits


@given(st.binary(max_size=70))
def test_any_other_bytes_in_a_link_are_refused_with_our_error(body: bytes) -> None:
    with pytest.raises(InvitationInvalid):
        parse(SCHEME + base64.b32encode(body).decode().rstrip("="))


@pytest.mark.parametrize(
    "typed",
    ["123456789", "123 456 789", " 123-456-789 ", "12 3456789", "123\u2013456\u00a0789"],
)
def test_a_code_may_be_typed_with_spaces_and_dashes(typed: str) -> None:
    code = parse(typed)
    assert isinstance(code, Code)
    assert (code.window, code.secret, code.text) == (12, b"3456789", "123 456 789")


@pytest.mark.parametrize("typed", ["12345678", "1234567890", "", "12345678x"])
def test_a_code_has_nine_digits(typed: str) -> None:
    with pytest.raises(InvitationInvalid):
        parse(typed)


def test_codes_are_spread_and_keep_their_zeros() -> None:
    dice = Dice(7)
    codes = {Code.drawn(dice).digits for _ in range(2000)}
    assert all(len(digits) == 9 for digits in codes)
    assert len(codes) == 2000
    assert {digits[0] for digits in codes} == set("0123456789")


def test_secrets_do_not_show_in_tracebacks() -> None:
    invitation = Invitation(b"12345678", b"sixteen byte key", (Endpoint("10.0.0.1", 1),))
    assert "sixteen" not in repr(invitation)
    assert "1234" not in repr(Code("123456789"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("10.0.0.7", ("10.0.0.7", None)),
        ("10.0.0.7:21550", ("10.0.0.7", 21550)),
        ("Laptop.local:1", ("laptop.local", 1)),
        ("[::1]:80", ("::1", 80)),
        ("2001:DB8::1", ("2001:db8::1", None)),
    ],
)
def test_a_place_is_a_host_and_perhaps_a_port(text: str, place: tuple[str, int]) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize(
    "text",
    ["", ":80", "a b", "host:0", "host:65536", "host:x", "::", "1.2.3", "fe80::1%eth0",
     "-a", "a..b", "tcp://a:1", "*", "224.0.0.1", "[a]:1:2", "x" * 64],
)  # fmt: skip
def test_what_nobody_can_dial_is_no_place(text: str) -> None:
    with pytest.raises(InvitationInvalid):
        parse_place(text)
