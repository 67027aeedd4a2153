__all__ = [
    "LangChainModel",
    "LlamaCpp",
    "as_model",
    "open_gguf",
]

from .langchain import LangChainModel, as_model
from .llama.in_process import LlamaCpp
from .llama.provider import open_gguf
