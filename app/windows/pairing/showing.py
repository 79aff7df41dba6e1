"""The page that shows an invitation: code to scan, link to copy, digits to type, time left."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

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
        self.copy = QPushButton(tr("Copy link"))
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        self.code = _text("code", tr("Invitation as a code"))
        self.place = _text("mute", tr("Where the code is good"))
        self.notice = _text("warn", tr("What happened"))
        self.time = QProgressBar()
        self.time.setTextVisible(False)
        self.time.setAccessibleName(tr("Time left"))
        self.time_left = _text("small", tr("Time left"))
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
        is_late = remaining < HURRY_S
        if self.time.property("late") != is_late:
            self.time.setProperty("late", is_late)
            self.time.style().unpolish(self.time)
            self.time.style().polish(self.time)

    def _show_notice(self, step: Showing) -> None:
        self.notice.setText(notice_of(step))
        self.notice.setVisible(bool(self.notice.text()))
        self.code.setEnabled(step.tries_left > 0)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.link.text())
        self.copy.setText(tr("Copied"))

    def _lay_out_ways(self) -> None:
        ways = QGridLayout()
        ways.setHorizontalSpacing(24)
        ways.setVerticalSpacing(0)
        ways.setColumnStretch(1, 1)
        ways.addWidget(self.qr, 0, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(8)
        link = QHBoxLayout()
        link.setSpacing(8)
        link.addWidget(self.link, 1)
        link.addWidget(self.copy)
        texts.addWidget(
            _heading(tr("Look at this picture"), tr("with “Look at my screen”, or as a photo"))
        )
        texts.addSpacing(8)
        texts.addWidget(
            _heading(tr("or send the link"), tr("to yourself, in a message that only you read"))
        )
        texts.addLayout(link)
        texts.addSpacing(8)
        texts.addWidget(_heading(tr("or type the code"), ""))
        texts.addWidget(self.code)
        texts.addWidget(self.place)
        texts.addStretch(1)
        ways.addLayout(texts, 0, 1)
        self.body.addLayout(ways)
        self.body.addWidget(self.notice)
        self.body.addWidget(self.time)
        self.body.addWidget(self.time_left)
        self.body.addStretch(1)


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


def _heading(text: str, more: str) -> QWidget:
    heading = QWidget()
    row = QVBoxLayout(heading)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    title = QLabel(text)
    title.setProperty("kind", "name")
    row.addWidget(title)
    if more:
        note = QLabel(more)
        note.setProperty("kind", "small")
        note.setWordWrap(True)
        row.addWidget(note)
    return heading


def _text(kind: str, name: str) -> QLabel:
    label = QLabel()
    label.setProperty("kind", kind)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setAccessibleDescription(name)
    return label
