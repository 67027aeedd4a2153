"""Measurements of Quoth beside its peers. Run a module: `python -m bench.table`."""
