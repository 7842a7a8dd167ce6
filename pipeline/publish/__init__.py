"""From the workspace's rows to a dataset folder that others can load, read and trust."""
