"""The windows: what they show comes from a ViewState, what they want goes out as wishes."""
