"""From the camera's moves and the captions of a video to its routes: pure functions."""
