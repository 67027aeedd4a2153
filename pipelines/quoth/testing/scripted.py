"""Replies as models write them, each with what must be shown: data for tests of other answerers."""

from __future__ import annotations

from pathlib import Path

REPLIES = Path(__file__).with_name("replies.jsonl")
"""Over two hundred scripted replies in six languages, for `quoth eval answers --replay`."""
