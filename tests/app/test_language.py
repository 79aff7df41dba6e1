"""The command line speaks the language of the terminal to people, and none to programs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.app.terminal import ended, start

if TYPE_CHECKING:
    from pathlib import Path

GERMAN = {"LC_ALL": "de_DE.UTF-8"}


async def test_a_person_reads_german_and_a_program_reads_what_it_always_did(
    tmp_path: Path,
) -> None:
    home = ("--home", str(tmp_path / "none"))
    words = (("status",), ("say", "x"), ("feel", "7"), ("status", "--json"))
    started = [await start(*each, *home, environ=GERMAN) for each in words]
    status, say, feel, for_programs = await asyncio.gather(*map(ended, started))
    assert status.out.startswith("AICO mesh läuft für dieses Profil nicht.")
    assert say.err.startswith("AICO mesh läuft für dieses Profil nicht; starte es mit")
    assert "Fehler: Angabe VALENCE: 7 liegt nicht zwischen -1 und 1" in feel.err
    assert for_programs.rows[0]["running"] is False


async def test_help_is_german_too() -> None:
    asked = await ended(await start("say", "--help", environ=GERMAN))
    assert asked.out.startswith("Aufruf: aico-mesh say")
    assert "diese Hilfe zeigen" in asked.out
    assert "nur unter uns: Es bleibt hier" in asked.out


async def test_an_untranslated_session_reads_english() -> None:
    asked = await ended(await start("--help", environ={"LC_ALL": "C", "LANGUAGE": "de"}))
    assert asked.out.startswith("usage: aico-mesh")
