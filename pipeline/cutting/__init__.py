"""Pictures and clips of a published dataset, made again from one's own copies of its videos."""
