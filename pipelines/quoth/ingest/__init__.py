"""Folder → store → index: keeping it equal to a folder, verifying it, embedding it again."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
