"""What the owner can ask for: one function a wish, for windows and command line alike."""
