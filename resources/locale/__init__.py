"""The translations, and how they are kept complete: ``python -m resources.locale``.

`LANGUAGE/LC_MESSAGES/aico-mesh.po` is for people, the `.mo` beside it for gettext. Both are
committed; the first run of the application needs no compiler.
"""
