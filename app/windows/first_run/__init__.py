"""The first run: welcome, a name, a family, and the recovery words; it survives a crash."""

from app.windows.first_run.window import FirstRun, is_due, note_first_start

__all__ = ["FirstRun", "is_due", "note_first_start"]
