"""What rendering a chat template that is not ours may cost."""

TIME_LIMIT = 1.0
"""Seconds that one rendering may take, compiling included."""

MEMORY_LIMIT = 512 * 1024 * 1024
"""Bytes that renderings may take. Enforced by Linux; elsewhere the time limit bounds it."""
