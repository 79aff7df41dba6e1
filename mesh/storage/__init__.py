"""Everything that lasts: one encrypted database, written first and told after."""
