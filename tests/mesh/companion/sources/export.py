"""ChatGPT exports as they come, made here: trees, shapes of content, zip files."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

BEGAN = 1_700_000_000.25


@dataclass
class Talk:
    """One conversation, message by message; each says after which it comes."""

    name: str = "talk-1"
    title: str | None = "Tea"
    began: float | None = BEGAN
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    last: str | None = None

    def __post_init__(self) -> None:
        self.nodes["root"] = {"id": "root", "message": None, "parent": None, "children": []}

    def say(
        self, key: str, text: object, *, after: str = "root", role: str = "user", **more: Any
    ) -> Talk:
        """Add a message; ``text``: its words, or its whole content."""
        content = text if isinstance(text, dict) else {"content_type": "text", "parts": [text]}
        at = BEGAN + len(self.nodes)
        message = {"id": key, "author": {"role": role, "name": None, "metadata": {}},
                   "create_time": at, "update_time": None, "content": content,
                   "status": "finished_successfully", "weight": 1.0, "recipient": "all",
                   "metadata": {}, **more}  # fmt: skip
        return self.put(key, message, after)

    def put(self, key: str, message: object, after: str | None) -> Talk:
        """Add a node with any message at all."""
        self.nodes[key] = {"id": key, "message": message, "parent": after, "children": []}
        if after in self.nodes:
            self.nodes[after]["children"].append(key)
        self.last = key
        return self

    def shown(self) -> dict[str, Any]:
        """The conversation as the export has it."""
        return {"title": self.title, "create_time": self.began, "update_time": self.began,
                "mapping": self.nodes, "moderation_results": [], "current_node": self.last,
                "plugin_ids": None, "conversation_id": self.name, "gizmo_id": None,
                "is_archived": False, "default_model_slug": "gpt-4o",
                "id": self.name}  # fmt: skip


def edited() -> Talk:
    """A question that was asked once more, and an answer that was made anew."""
    talk = Talk()
    talk.say("q1", "Which tea?").say("a1", "Green.", after="q1", role="assistant")
    talk.say("q2", "Which tea in winter?").say("a2", "Black.", after="q2", role="assistant")
    return talk.say("a3", "Chai.", after="q2", role="assistant")


def export_of(*talks: object) -> bytes:
    """A conversations.json."""
    shown = [one.shown() if isinstance(one, Talk) else one for one in talks]
    return json.dumps(shown).encode()


def saved(folder: Path, *talks: object, name: str = "conversations.json") -> Path:
    path = folder / name
    path.write_bytes(export_of(*talks))
    return path


def zipped(folder: Path, files: dict[str, bytes], name: str = "export.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, content in files.items():
            archive.writestr(inside, content)
    return path
