"""An embedder's ONNX graph, made from the files in its folder without torch."""


class UnsupportedError(Exception):
    """The model has a part that no graph can be made of; the message is a noun that names it."""
