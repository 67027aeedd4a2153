"""How good retrieval and answers are, with confidence intervals, and whether a change helped."""

from pipelines.evaluate.answers import evaluate_answers
from pipelines.evaluate.compare import Comparison, Difference, compare
from pipelines.evaluate.questions import Question, read_questions, sample
from pipelines.evaluate.results import Evaluation, Interval, read_evaluation, write_evaluation
from pipelines.evaluate.retrieval import evaluate_retrieval

__all__ = [
    "Comparison",
    "Difference",
    "Evaluation",
    "Interval",
    "Question",
    "compare",
    "evaluate_answers",
    "evaluate_retrieval",
    "read_evaluation",
    "read_questions",
    "sample",
    "write_evaluation",
]
