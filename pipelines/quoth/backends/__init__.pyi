__all__ = [
    "LlamaCpp",
    "LlamaCppPython",
    "LlamaHttpClient",
    "timings_in",
]

from .llama.compiled import LlamaCppPython
from .llama.http import LlamaHttpClient, timings_in
from .llama.in_process import LlamaCpp
