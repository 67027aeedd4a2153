__all__ = [
    "LlamaCpp",
    "open_gguf",
]

from .llama.in_process import LlamaCpp
from .llama.provider import open_gguf
