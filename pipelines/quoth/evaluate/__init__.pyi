__all__ = [
    "MODES",
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
    "evaluation",
    "measure_answers",
    "measure_pages",
    "read_evaluation",
    "read_questions",
    "read_references",
    "sample",
    "write_evaluation",
]

from .answers import evaluate_answers
from .compare import Comparison, Difference, compare
from .questions import Question, read_questions, sample
from .references import Referenced, read_references
from .results import Evaluation, Interval, evaluation, read_evaluation, write_evaluation
from .retrieval import MODES, evaluate_retrieval
from .sources import measure_answers, measure_pages
from .summaries import evaluate_summaries
