__all__ = [
    "DEFAULT_PORT",
    "FleetExecutor",
    "FleetReader",
    "HeadSettings",
    "Identity",
    "Work",
    "check_fleet_address",
    "end_with_parent",
    "identify",
    "keep_working",
    "make_token",
    "serve_head",
    "token_file_of",
    "work_for_head",
]

from .engine import DEFAULT_PORT, check_fleet_address
from .executor import FleetExecutor
from .identity import Identity, Work, identify
from .programs import HeadSettings, serve_head, token_file_of, work_for_head
from .reading import FleetReader
from .supervise import end_with_parent, keep_working
from .token import make_token
