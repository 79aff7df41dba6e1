"""The runners of other programs, with this one beside them.

``python -m bench.peers RUNNERS PEER MEASURE …`` is their ``bench.py PEER MEASURE …`` with one
more peer, ``aico``. RUNNERS is their folder. Like theirs it wants a network namespace of its
own with the loopback up, and root in it: ``unshare -n -- sh -c 'ip link set lo up; …'``.

What counts as ours on the wire is the mesh port and the pairing port beside it; the time until
all is here holds pairing, which no other peer has.
"""

from __future__ import annotations

import importlib
import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

FIRST_PORT, PORTS = 7000, 2
OURS = "aico"


def _port(_self: Any, number: int) -> int:
    return FIRST_PORT + PORTS * number


def _start(self: Any, number: int) -> Any:
    """Start a node's process; what it says once it is ready."""
    with Path(f"{self.dir}/err{number}").open("ab") as errors:
        self.procs[number] = subprocess.Popen(
            [sys.executable, "-m", "bench.peers.agent", self.ndir(number),
             str(self.port(number))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    return json.loads(self.procs[number].stdout.readline())


def _with_ours(runners: Path) -> None:
    """Teach the runners one more peer: the same commands, another program."""
    sys.path.insert(0, str(runners))
    adapters: Any = importlib.import_module("adapters")

    def setup(self: Any, count: int) -> None:
        self.n = count
        adapters.nft_setup([self.port(0) + one for one in range(PORTS * count)])
        self.start(0)

    def connect(self: Any, number: int, other: int) -> None:
        self.ask(number, cmd="connect", info=self.ask(other, cmd="info"))

    ours = {"port": _port, "start": _start, "setup": setup, "connect": connect}
    peer = type("Aico", (adapters.JS,), ours)
    make = adapters.make
    adapters.make = lambda kind: peer(kind) if kind == OURS else make(kind)


if __name__ == "__main__":
    runners_ = Path(sys.argv[1]).resolve()
    _with_ours(runners_)
    sys.argv = [str(runners_ / "bench.py"), *sys.argv[2:]]
    runpy.run_path(sys.argv[0], run_name="__main__")
