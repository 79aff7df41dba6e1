"""What nobody holds any more goes on the thread of the windows, and on no other.

Python collects wherever it happens to allocate, so also while the database is written on a
thread of its own. There it would free Qt's objects too; a timer that ends on a foreign thread
stays in the list of its own one, and the program crashes some time later.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

REST_MS = 4000
BUSY_MS = 500
"""So long after one that was due the next look."""


class Collecting(QObject):
    """Collects on this thread as long as it is entered; Python by itself does not."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self.look)

    def __enter__(self) -> Self:
        gc.disable()
        self._next.start(REST_MS)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._next.stop()
        gc.collect()
        gc.enable()

    def look(self) -> None:
        """Collect what Python would have collected by now."""
        generation = due(gc.get_count(), gc.get_threshold())
        if generation is not None:
            gc.collect(generation)
        self._next.start(REST_MS if generation is None else BUSY_MS)


def due(counts: tuple[int, int, int], limits: tuple[int, int, int]) -> int | None:
    """The oldest generation that has more than its limit; None when there is none."""
    return next((one for one in (2, 1, 0) if 0 < limits[one] < counts[one]), None)
