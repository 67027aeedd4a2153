"""Limits of rendering an untrusted chat template."""

TIME_LIMIT = 1.0
"""Seconds that one rendering may take, compiling included."""

MEMORY_LIMIT = 512 * 1024 * 1024
"""Bytes of memory for rendering. Enforced on Linux; elsewhere only the time limit holds."""
