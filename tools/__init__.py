"""Generators: the sample library, the references, the notebooks as pages, the pictures."""
