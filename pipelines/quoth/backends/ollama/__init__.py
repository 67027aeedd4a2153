"""Ollama: models and embedders of its server."""
