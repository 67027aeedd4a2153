"""Answering from chunks: evidence, the reply of the model, and every quote found again."""

from pipelines.answer.answerer import Answerer

__all__ = ["Answerer"]
