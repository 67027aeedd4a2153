"""Limits of rendering an untrusted chat template."""

TIME_LIMIT = 1.0
"""Seconds that one rendering may take, compiling included."""

MEMORY_LIMIT = 512 * 1024 * 1024
"""Bytes that renderings may take. Enforced on Linux; elsewhere the time limit bounds it."""
