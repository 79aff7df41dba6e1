"""Finding what was said and remembered."""
