__all__ = [
    "DEFAULT_PORT",
    "FleetExecutor",
    "FleetReader",
    "HeadSettings",
    "Identity",
    "Shipping",
    "Work",
    "check_fleet_address",
    "end_with_parent",
    "identify",
    "keep_working",
    "make_token",
    "open_fleet",
    "reader_of",
    "serve_head",
    "token_file_of",
    "work_for_head",
    "work_with",
]

from .engine import DEFAULT_PORT, check_fleet_address
from .executor import FleetExecutor, open_fleet
from .identity import Identity, Work, identify
from .programs import HeadSettings, serve_head, work_for_head, work_with
from .reading import FleetReader, reader_of
from .supervise import end_with_parent, keep_working
from .token import make_token, token_file_of
from .unit import Shipping
