"""Every error that Quoth raises on purpose, in one tree.

QuothError
├── ConfigurationError       a setting, a file or an argument is wrong       (exit 2)
│   ├── UsageError           a question, a path or an option cannot be used
│   │   └── UnknownCollectionError   there is no collection of this name
│   └── MissingExtraError    a feature needs an extra that is not installed
├── DocumentError            one document cannot be read; the run continues  (exit 1)
│   ├── NeedsPasswordError   it is encrypted
│   ├── NoTextError          it has no text: only images
│   │   └── EmptyDocumentError   it has no content
│   ├── CorruptDocumentError it is broken, or of another format than its name says
│   ├── UnsupportedFormatError
│   └── LimitExceededError   it takes more time, memory or pages than allowed
├── OutputError              one output cannot be written                    (exit 2)
├── CollectionError          the store or its index needs a decision
│   ├── CollectionBusyError  another process writes to it
│   ├── VanishedSourcesError most of its files are not there
│   └── FingerprintError     it was built with another embedder, splitter or analyser
├── BackendError             a model or its server failed; `retryable` or not(exit 2)
│   ├── BackendUnavailableError
│   ├── ModelNotFoundError
│   └── GenerationError      the reply is broken, or missing
├── ContextOverflowError     the prompt does not fit the context window      (exit 2)
├── QueueFullError           too much waits for the model already              (exit 1)
├── CancelledError           work was cancelled before it was done             (exit 1)
├── PromptError              a prompt or a chat template is wrong            (exit 2)
└── EgressError              a connection off this machine was refused       (exit 2)
"""

from __future__ import annotations

from typing import Self

_LONGEST, _LONGEST_END = 2000, 500
"""The most characters of a message, and of its end where its middle is left out."""


class QuothError(Exception):
    """The root of all errors that Quoth raises; `hint` is the next step for the user.

    `str(error)` is one sentence for a person, cut in its middle where it repeats a value of many
    thousand letters. `exit_code` is the exit code of the command line.

    >>> try:
    ...     library.ask("")
    ... except QuothError as error:
    ...     print(error, error.hint)
    The question is empty. Ask something: quoth ask "What is …?"
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        if len(message) > _LONGEST:
            message = f"{message[: _LONGEST - _LONGEST_END]} … {message[-_LONGEST_END:]}"
        super().__init__(message)
        self.hint = hint


class ConfigurationError(QuothError):
    """A setting, a file or an argument is wrong."""

    exit_code = 2


class UsageError(ConfigurationError):
    """A question, a path or an option cannot be used as it is."""

    @classmethod
    def of_argument(cls, name: str, *, expected: str, came: object, hint: str = "") -> Self:
        """Return the error for an argument of another kind than the one that is expected."""
        kind = type(came).__name__
        given = f"the class {came.__name__}" if isinstance(came, type) else f"an object of {kind}"
        return cls(f"`{name}` must be {expected}, not {given}.", hint=hint)


class UnknownCollectionError(UsageError):
    """There is no collection of this name, or it is not served."""


class MissingExtraError(ConfigurationError):
    """A feature needs an optional package that is not installed; see `system.missing_extra`."""


class DocumentError(QuothError):
    """One document cannot be read; `status` is its status in reports."""

    status = "failed"


class NeedsPasswordError(DocumentError):
    """The document is encrypted and none of the given passwords opens it."""

    status = "needs_password"


class NoTextError(DocumentError):
    """The document has no text: it is empty, or its pages are images."""

    status = "no_text"


class EmptyDocumentError(NoTextError):
    """The file has no content at all."""

    status = "empty"


class CorruptDocumentError(DocumentError):
    """The file is broken, or of another format than its name says."""

    status = "corrupt"


class UnsupportedFormatError(DocumentError):
    """No loader reads this kind of file."""

    status = "unsupported"


class LimitExceededError(DocumentError):
    """Reading the file would take more time, memory, pages or space than allowed."""

    status = "limit"


class OutputError(QuothError):
    """One output cannot be written: its place is taken, or its name cannot be that of a file."""

    exit_code = 2


class CollectionError(QuothError):
    """The collection needs a decision of the user."""

    exit_code = 2


class CollectionBusyError(CollectionError):
    """Another process is writing to the collection."""


class VanishedSourcesError(CollectionError):
    """Most files of a folder are not there, as when a disk is not mounted; nothing was removed."""


class FingerprintError(CollectionError):
    """The collection was built with another embedder, splitter or keyword analyser."""


class BackendError(QuothError):
    """A model or its server failed. `retryable`: whether the same call may succeed later."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "", retryable: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.retryable = retryable


class BackendUnavailableError(BackendError):
    """The backend does not answer: not started, stopped, hanging, or overloaded."""

    def __init__(self, message: str, *, hint: str = "", retryable: bool = True) -> None:
        super().__init__(message, hint=hint, retryable=retryable)


class ModelNotFoundError(BackendError):
    """The backend answers, but does not have the model."""


class GenerationError(BackendError):
    """The reply of the backend is broken or incomplete."""


class ContextOverflowError(QuothError):
    """Prompt and answer do not fit the context window together; nothing was sent.

    `prompt_tokens`, `answer_tokens` and `window` are counts of the model's own tokens.
    """

    exit_code = 2

    def __init__(self, *, prompt_tokens: int, answer_tokens: int, window: int, what: str) -> None:
        super().__init__(
            f"{what} takes {prompt_tokens} tokens and its answer may take {answer_tokens}; "
            f"the context window holds {window}.",
            hint="Shorten it, or raise backend.context_window if the model allows more.",
        )
        self.prompt_tokens = prompt_tokens
        self.answer_tokens = answer_tokens
        self.window = window


class QueueFullError(QuothError):
    """Too much waits for the model already; the same call may succeed later."""


class CancelledError(QuothError):
    """Work was cancelled before it was done."""


class PromptError(QuothError):
    """A prompt file, its variables or a chat template is wrong."""

    exit_code = 2


class EgressError(QuothError):
    """A connection to a host that the configuration does not name was refused."""

    exit_code = 2
