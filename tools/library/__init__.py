"""Builds the sample library `data/library` from the texts in `data/source`."""
