"""How good retrieval, answers and summaries are, with intervals, and whether a change helped."""

from pipelines.evaluate.answers import evaluate_answers
from pipelines.evaluate.compare import Comparison, Difference, compare
from pipelines.evaluate.questions import Question, read_questions, sample
from pipelines.evaluate.references import Referenced, read_references
from pipelines.evaluate.results import Evaluation, Interval, read_evaluation, write_evaluation
from pipelines.evaluate.retrieval import evaluate_retrieval
from pipelines.evaluate.summaries import evaluate_summaries

__all__ = [
    "Comparison",
    "Difference",
    "Evaluation",
    "Interval",
    "Question",
    "Referenced",
    "compare",
    "evaluate_answers",
    "evaluate_retrieval",
    "evaluate_summaries",
    "read_evaluation",
    "read_questions",
    "read_references",
    "sample",
    "write_evaluation",
]
