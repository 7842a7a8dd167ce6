"""The driver's memory: planning allocates and frees large columns, step after step."""

import pyarrow as pa


def use_system_pool() -> None:
    """Let the system's allocator serve Arrow: of the three, it gives most back when asked."""
    pa.set_memory_pool(pa.system_memory_pool())


def give_back() -> None:
    """Return freed columns to the system, so that the steps' peaks do not add up."""
    pa.default_memory_pool().release_unused()
