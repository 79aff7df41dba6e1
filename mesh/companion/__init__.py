"""What the companion lives by: what was said, felt, remembered; how it comes and goes."""
