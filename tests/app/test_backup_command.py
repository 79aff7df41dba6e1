"""`backup` and `restore` as a person or a program types them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.app.terminal import ended, start
from tests.app.typist import desks, pair

if TYPE_CHECKING:
    from pathlib import Path

    from tests.app.terminal import Ended
    from tests.app.typist import Desk

VARIABLE = "AICO_MESH_BACKUP_PASSPHRASE"
WORDS = "seven green boats"


async def typed(desk: Desk, *words: str, passphrase: str | None = WORDS) -> Ended:
    more = {} if passphrase is None else {VARIABLE: passphrase}
    return await ended(await start(*words, "--json", environ={**desk.environ, **more}))


async def test_a_new_device_goes_on_for_one_that_is_off_and_pairs_with_the_rest(
    tmp_path: Path,
) -> None:
    file = tmp_path / "b"
    async with (
        desks(tmp_path, "Desk", "Phone") as (desk, phone),
        desks(tmp_path, "New") as (new,),
    ):
        kept = await desk.row("remember", "canary at the lake")
        await desk.row("sync", "--wait", "20")
        made = await typed(desk, "backup", str(file))
        assert (made.code, made.err) == (0, "")
        assert [row["event"] for row in made.rows[:-1]] == ["progress"] * (len(made.rows) - 1)
        assert made.rows[-1].keys() == {"backed_up", "size", "seconds", "made_at"}
        assert b"canary" not in file.read_bytes()
        await desk.switch_off()

        taken = await typed(new, "restore", str(file), "--yes")
        row = taken.rows[-1]
        assert (taken.code, row["new_device"], row["made_on"]) == (0, True, "Desk")
        assert row["restored"] == made.rows[-1]["backed_up"]
        assert row["device_id"] not in {new.id, desk.id}
        await new.switch_off()
        await new.switch_on()
        assert new.id == row["device_id"]
        (memory,) = await new.rows("memories")
        assert (memory["id"], memory["text"]) == (kept["id"], "canary at the lake")
        await pair(phone, new)
        synced = await new.row("sync", "--wait", "20", "--device", phone.id)
        assert synced["in_step"]
        assert [one["id"] for one in await phone.rows("memories")] == [kept["id"]]


async def test_without_a_passphrase_or_with_a_wrong_one_a_sentence_says_so(
    tmp_path: Path,
) -> None:
    file, secret = tmp_path / "b", tmp_path / "secret"
    secret.write_text(WORDS + "\n")
    async with desks(tmp_path, "Desk") as (desk,):
        none = await typed(desk, "backup", str(file), passphrase=None)
        assert (none.code, none.out, VARIABLE in none.err) == (1, "", True)
        short = await typed(desk, "backup", str(file), passphrase="short")
        assert (short.code, "8 characters" in short.err) == (1, True)
        assert not file.exists()
        given = ("--backup-passphrase-file", str(secret))
        made = await typed(desk, "backup", str(file), *given, passphrase=None)
        assert made.code == 0
        wrong = await typed(desk, "restore", str(file), passphrase="another one")
        assert (wrong.code, wrong.err) == (
            1, "That passphrase does not open this backup; check it and try again.\n"
        )  # fmt: skip
        file.write_bytes(file.read_bytes()[:-1])
        cut = await typed(desk, "restore", str(file))
        assert (cut.code, "cut or changed" in cut.err) == (1, True)
        assert len(cut.err.splitlines()) == 1
