__all__ = [
    "MODES",
    "Comparison",
    "Difference",
    "Evaluation",
    "GoldQuestion",
    "Interval",
    "ReferencedDocument",
    "build_evaluation",
    "compare",
    "evaluate_answers",
    "evaluate_retrieval",
    "evaluate_summaries",
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
from .questions import GoldQuestion, read_questions, sample
from .references import ReferencedDocument, read_references
from .results import Evaluation, Interval, build_evaluation, read_evaluation, write_evaluation
from .retrieval import MODES, evaluate_retrieval
from .sources import measure_answers, measure_pages
from .summaries import evaluate_summaries
