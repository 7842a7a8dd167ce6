"""Counts in words."""


def some(count: int, what: str) -> str:
    """`1 video`, `2 videos`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
