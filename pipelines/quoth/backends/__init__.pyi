__all__ = ["LlamaCpp"]
from .llama.provider import open_gguf
from .llama.in_process import LlamaCpp
