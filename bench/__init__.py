"""Measures Quoth, and beside it what people use today. Run a module: `python -m bench.table`."""
