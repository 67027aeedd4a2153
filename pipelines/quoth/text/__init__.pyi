__all__ = [
    "ENGLISH",
    "NEVER",
    "UNDETERMINED",
    "UNSPACED",
    "AnswerWords",
    "ClaimRules",
    "CodedTexts",
    "CollectionForm",
    "CollectionRules",
    "ConversationRules",
    "DocumentRules",
    "Language",
    "Number",
    "QuestionKind",
    "QuestionRules",
    "ReplyPart",
    "SentenceRules",
    "SourceVocabulary",
    "Splitter",
    "SummaryRules",
    "Term",
    "WordRules",
    "analyse",
    "analyser_fingerprint",
    "bound_token_count",
    "count_solid",
    "count_terms",
    "count_words",
    "detect_language",
    "diversify",
    "drop_repeats",
    "encloses",
    "encode_word",
    "find_language",
    "find_names",
    "find_numbers",
    "find_other_halves",
    "find_quote",
    "find_sentence_starts",
    "find_sentences",
    "find_stops",
    "find_unit",
    "find_unsupported_numbers",
    "fold_words",
    "group_letters",
    "guess_name_words",
    "heading_words",
    "inverse_frequency",
    "is_complete",
    "is_stop_word",
    "is_unspaced",
    "language",
    "languages",
    "lexemes",
    "locate_tokens",
    "pack",
    "read_clock_times",
    "read_clock_values",
    "read_language",
    "read_number_values",
    "read_number_words",
    "score_letters",
    "score_words",
    "show_rows",
    "split_blocks",
    "split_characters",
    "split_ligatures",
    "split_name",
    "split_words",
    "stem",
    "strip_links",
    "strip_measures",
    "strip_span",
    "unpack",
    "weigh_rarity",
]

from .bm25 import CodedTexts, Term, inverse_frequency, score_letters, score_words
from .clock_times import find_other_halves, read_clock_times, read_clock_values
from .codes import encode_word, pack, unpack
from .counts import count_solid, count_words
from .detect import detect_language
from .diversity import diversify
from .filenames import guess_name_words, split_name
from .language import (
    ENGLISH,
    UNDETERMINED,
    Language,
    find_language,
    heading_words,
    language,
    languages,
    read_language,
)
from .language_answers import AnswerWords
from .language_claims import ClaimRules
from .language_collections import CollectionForm, CollectionRules
from .language_conversations import ConversationRules
from .language_documents import DocumentRules
from .language_fields import NEVER
from .language_questions import QuestionKind, QuestionRules
from .language_replies import ReplyPart
from .language_summaries import SummaryRules
from .language_words import SentenceRules, WordRules
from .letter_groups import group_letters
from .letters import split_ligatures
from .lexemes import lexemes
from .markup import strip_links
from .mentions import SourceVocabulary
from .names import find_names
from .number_words import read_number_words
from .numbers import Number, find_numbers, find_unsupported_numbers, read_number_values
from .quotes import find_quote
from .rarity import weigh_rarity
from .repeats import drop_repeats
from .scripts import UNSPACED, is_unspaced, split_characters
from .sentences import find_sentence_starts, find_sentences, find_stops, is_complete
from .spans import encloses, strip_span
from .split import Splitter
from .table_rows import show_rows
from .tokens import bound_token_count, locate_tokens, split_blocks
from .units import find_unit, strip_measures
from .words import (
    analyse,
    analyser_fingerprint,
    count_terms,
    fold_words,
    is_stop_word,
    split_words,
    stem,
)
