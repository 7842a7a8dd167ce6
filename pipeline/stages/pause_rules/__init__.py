"""Where a video is stopped to ask, by policy, and what may be shown there: pure functions."""
