__all__ = [
    "EMBEDDED",
    "EMBEDDED_PACKAGES",
    "EMBEDDER",
    "FROM_OLLAMA",
    "LLAMA_CPP_PYTHON",
    "XLLAMACPP",
    "Array",
    "ChatModelAdvice",
    "Download",
    "EmbedderDownload",
    "Fit",
    "Gguf",
    "Installed",
    "Memory",
    "Profile",
    "Tensor",
    "Transfer",
    "Trial",
    "advise_chat_models",
    "apply_profile",
    "canonical_name",
    "chat_models_date",
    "check_tokens",
    "choose_threads",
    "count_cores",
    "describe_machine",
    "encode_entry",
    "encode_header",
    "fetch_packages",
    "find_embedded_weights",
    "find_gpu_build",
    "find_kept_model",
    "find_manifest",
    "find_weights",
    "fingerprint_of",
    "fit_of",
    "folder_of",
    "forget_profile",
    "is_embedder_source",
    "is_remote",
    "kept_folder",
    "list_chat_models",
    "list_gpus",
    "list_kept_models",
    "list_stored_models",
    "look_at_memory",
    "measure_bandwidth",
    "measure_busy_cores",
    "profile_of",
    "read_free_gpu_memory",
    "read_gguf",
    "remote_files",
    "remove_kept_model",
    "split_model_name",
    "weights_of",
    "write_profile",
]

from .advice import ChatModelAdvice, advise_chat_models, chat_models_date, list_chat_models
from .bandwidth import measure_bandwidth
from .download import Download
from .embedded import EMBEDDED_PACKAGES, EMBEDDER, fetch_packages
from .embedder_download import EmbedderDownload, is_embedder_source
from .find import EMBEDDED, FROM_OLLAMA, find_embedded_weights, weights_of
from .fingerprint import fingerprint_of
from .fit import Fit, fit_of
from .gguf import Array, Gguf, check_tokens, read_gguf
from .gguf_header import Tensor, encode_entry, encode_header
from .gpu_build import find_gpu_build
from .installed import Installed, Transfer
from .kept import find_kept_model, kept_folder, list_kept_models, remove_kept_model
from .memory import Memory, list_gpus, look_at_memory, read_free_gpu_memory
from .ollama_store import (
    canonical_name,
    find_manifest,
    find_weights,
    list_stored_models,
    split_model_name,
)
from .profile import (
    LLAMA_CPP_PYTHON,
    XLLAMACPP,
    Profile,
    Trial,
    apply_profile,
    describe_machine,
    folder_of,
    forget_profile,
    profile_of,
    write_profile,
)
from .remote import is_remote, remote_files
from .threads import choose_threads, count_cores, measure_busy_cores
