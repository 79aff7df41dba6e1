"""The page that shows an invitation: code to scan, link to copy, digits to type, time left."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.theme.tokens import CLOSE, EDGE
from app.widgets.buttons import Button
from app.widgets.cards import Notice
from app.widgets.labels import label, restyle
from app.widgets.layout import column, row
from app.widgets.qr import QrCode
from app.widgets.sheet import Sheet
from app.windows.pairing.steps import TRIES, Showing
from app.wording import left, tr, trn

HURRY_S = 30


class ShowingPage(Sheet):
    """An open invitation; it is told the time once a second."""

    renewed = Signal()
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entitle(
            tr("Show this to the other device"),
            tr("There, choose “Read an invitation” and use whichever is easiest."),
        )
        self.qr = QrCode()
        self.qr.setAccessibleName(tr("Invitation as a QR code"))
        self.link = QLineEdit()
        self.link.setReadOnly(True)
        self.link.setAccessibleName(tr("Invitation as a link"))
        self.copy = Button(tr("Copy link"), icon="copy", on_click=self._copy)
        self.code = _selectable("big", tr("Invitation as a code"))
        self.place = _selectable("mute", tr("Where the code is good"))
        self.notice = Notice()
        self.time = QProgressBar()
        self.time.setTextVisible(False)
        self.time.setAccessibleName(tr("Time left"))
        self.time_left = label("", "small")
        self._began = 0.0
        self._step: Showing | None = None
        self._lay_out_ways()
        self.add_button(tr("Cancel"), self.given_up.emit)
        self.push_right()
        self.renew = self.add_button(tr("New code"), self.renewed.emit)

    def show_step(self, step: Showing, now: float) -> None:
        """Show this invitation; ``now`` in Unix seconds."""
        if self._step is None or self._step.run != step.run:
            self._began = now
            self.qr.show_text(step.link)
            self.link.setText(step.link)
            self.link.setCursorPosition(0)
            self.copy.setText(tr("Copy link"))
            self.code.setText(step.code)
            self.place.setText(tr("at {place}", place=step.at) if step.at else "")
            self.copy.setFocus()
        self._step = step
        self._show_notice(step)
        self.show_time(now)

    def show_time(self, now: float) -> None:
        """Show how long the invitation is still open."""
        if self._step is None:
            return
        remaining = max(0.0, self._step.expires_at - now)
        self.time.setMaximum(max(1, round(self._step.expires_at - self._began)))
        self.time.setValue(round(remaining))
        self.time_left.setText(left(remaining) if remaining >= 1 else tr("The time is over…"))
        restyle(self.time_left, late=remaining < HURRY_S)

    def _show_notice(self, step: Showing) -> None:
        told = notice_of(step)
        self.notice.show_notice("info", "warn", told)
        self.notice.setVisible(bool(told))
        self.code.setEnabled(step.tries_left > 0)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.link.text())
        self.copy.setText(tr("Copied"))

    def _lay_out_ways(self) -> None:
        ways = column(
            _way(tr("Look at this picture"), tr("with “Look at my screen”, or as a photo")),
            _way(tr("or send the link"), tr("in a message that only you read")),
            row(self.link, self.copy),
            _way(tr("or type the code"), ""),
            column(self.code, self.place, gap=0),
            None,
            gap=CLOSE,
        )
        whole = row(self.qr, ways, gap=EDGE)
        whole.setAlignment(self.qr, Qt.AlignmentFlag.AlignTop)
        whole.setStretch(1, 1)
        self.fill(whole, self.notice, column(self.time, self.time_left), None)


def notice_of(step: Showing) -> str:
    """What the person should know of what happened at the window so far."""
    if step.tries_left == 0:
        return tr(
            "A wrong code was typed three times, so that the code is closed. Picture and link "
            "still work; “New code” gives another code."
        )
    if step.tries_left < TRIES:
        return trn(
            "Somebody typed a wrong code. {n} try is left.",
            "Somebody typed a wrong code. {n} tries are left.",
            step.tries_left,
        )
    if step.someone_left:
        return tr("The device that asked went away again. The invitation is still open.")
    return ""


def _way(title: str, how: str) -> QVBoxLayout:
    parts = [label(title, "name")]
    if how:
        parts.append(label(how, "small", wraps=True))
    return column(*parts, gap=2)


def _selectable(kind: str, what: str) -> QLabel:
    made = label("", kind, wraps=True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made.setAccessibleDescription(what)
    return made
