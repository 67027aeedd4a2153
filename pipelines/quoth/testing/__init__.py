"""Conformance suites for backends, embedders and loaders: subclass one in your own tests."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
