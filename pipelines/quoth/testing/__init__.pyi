__all__ = [
    "REPLIES",
    "EmbedderConformance",
    "FaultyProxy",
    "LoaderConformance",
    "ModelConformance",
    "ServerFaultConformance",
    "open_faulty_proxy",
    "wait_until",
]

from .embedders import EmbedderConformance
from .faults import ServerFaultConformance
from .faulty_proxy import FaultyProxy, open_faulty_proxy
from .loaders import LoaderConformance
from .models import ModelConformance, wait_until
from .scripted import REPLIES
