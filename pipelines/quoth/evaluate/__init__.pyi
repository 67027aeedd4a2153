__all__ = [
    "MODES",
    "Comparison",
    "Corpus",
    "Difference",
    "Evaluation",
    "Gain",
    "GoldQuestion",
    "Interval",
    "ReferencedDocument",
    "ScriptedReply",
    "bootstrap",
    "build_evaluation",
    "compare",
    "corpus_searcher",
    "count_right",
    "evaluate_answers",
    "evaluate_retrieval",
    "evaluate_summaries",
    "first_words",
    "judge_summary",
    "mean_gain",
    "measure_answers",
    "measure_gain",
    "measure_pages",
    "normalize",
    "read_corpus",
    "read_evaluation",
    "read_grades",
    "read_queries",
    "read_questions",
    "read_references",
    "read_replies",
    "replay",
    "sample",
    "sample_balanced",
    "show_reply",
    "token_f1",
    "write_evaluation",
]

from .answers import evaluate_answers
from .compare import Comparison, Difference, compare
from .corpus import Corpus, corpus_searcher, read_corpus, read_grades, read_queries
from .gains import Gain, mean_gain, measure_gain
from .questions import GoldQuestion, read_questions, sample, sample_balanced
from .references import ReferencedDocument, read_references
from .replay import ScriptedReply, count_right, read_replies, replay, show_reply
from .results import (
    Evaluation,
    Interval,
    bootstrap,
    build_evaluation,
    read_evaluation,
    write_evaluation,
)
from .retrieval import MODES, evaluate_retrieval
from .sources import measure_answers, measure_pages
from .squad import normalize, token_f1
from .summaries import evaluate_summaries, first_words, judge_summary
