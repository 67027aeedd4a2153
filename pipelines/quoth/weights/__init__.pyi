__all__ = [
    "EMBEDDED",
    "EMBEDDED_PACKAGES",
    "EMBEDDER",
    "FROM_OLLAMA",
    "LLAMA_CPP_PYTHON",
    "XLLAMACPP",
    "Array",
    "Fit",
    "Gguf",
    "Installed",
    "Profile",
    "Transfer",
    "Trial",
    "apply_profile",
    "busy_cores",
    "cores_here",
    "decode_threads",
    "embedded_weights",
    "fetch_packages",
    "find_manifest",
    "find_weights",
    "fingerprint_of",
    "fit_of",
    "folder_of",
    "forget_profile",
    "gpu_entries",
    "gpu_memory_free",
    "machine",
    "profile_of",
    "read_gguf",
    "split_name",
    "stored_models",
    "weights_of",
    "write_profile",
]

from .embedded import EMBEDDED_PACKAGES, EMBEDDER, fetch_packages
from .find import EMBEDDED, FROM_OLLAMA, embedded_weights, weights_of
from .fingerprint import fingerprint_of
from .fit import Fit, fit_of
from .gguf import Array, Gguf, read_gguf
from .installed import Installed, Transfer
from .memory import gpu_entries, gpu_memory_free
from .ollama_store import find_manifest, find_weights, split_name, stored_models
from .profile import (
    LLAMA_CPP_PYTHON,
    XLLAMACPP,
    Profile,
    Trial,
    apply_profile,
    folder_of,
    forget_profile,
    machine,
    profile_of,
    write_profile,
)
from .threads import busy_cores, cores_here, decode_threads
