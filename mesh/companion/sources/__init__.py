"""Files of other programs and of ours, read part by part into lines that can be taken in."""
