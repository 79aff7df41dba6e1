"""`python -m resources.locale`: bring every catalogue to what the code says, and compile it."""

from __future__ import annotations

import sys

from resources.locale.catalogue import (
    LANGUAGES,
    as_mo,
    as_po,
    merged,
    missing,
    mo_file,
    po_file,
)


def main() -> int:
    """Write the files; 1 if a text waits for its translation."""
    waiting = 0
    for language in LANGUAGES:
        catalogue = merged(language)
        po_file(language).write_bytes(as_po(catalogue))
        mo_file(language).write_bytes(as_mo(catalogue))
        texts = list(missing(catalogue))
        waiting += len(texts)
        for text in texts:
            sys.stdout.write(f"{language}: {text}\n")
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())
