"""A server for agents (Model Context Protocol): search, fetch, ask and cite, with proof."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
