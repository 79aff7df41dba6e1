"""Files that are shipped with the code, found through `importlib.resources`."""
