"""Lists of any length: a window of pages on a model, views that scroll both ways."""
