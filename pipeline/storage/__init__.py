"""Where state may lie: a local folder, or a prefix of an object store; see docs/object-storage.md."""
