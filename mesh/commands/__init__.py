"""What the owner can ask for: one small function a wish, the same for windows and command line."""
