"""The mesh node: one companion, the same on every device of a family."""
