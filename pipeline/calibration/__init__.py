"""What thresholds keep and drop: numbers and pictures for choosing them on one's own videos.

None of these thresholds was ever published by those who invented the pipeline, and none travels
from one kind of footage to another. Nothing here changes a workspace's results.
"""
