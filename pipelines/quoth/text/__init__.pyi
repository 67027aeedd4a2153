__all__ = [
    "ENGLISH",
    "AnswerKind",
    "ConversationRules",
    "DocumentRules",
    "Language",
    "Number",
    "QuestionRules",
    "SentenceRules",
    "SourceVocabulary",
    "Splitter",
    "SummaryRules",
    "WordRules",
    "analyse",
    "analyser_fingerprint",
    "blocks",
    "code",
    "count_solid",
    "count_words",
    "diversify",
    "encloses",
    "find_quote",
    "find_stops",
    "is_complete",
    "is_stop_word",
    "language",
    "languages",
    "lexemes",
    "most_tokens",
    "name_words",
    "named_words",
    "number_values",
    "numbers",
    "offsets_of_tokens",
    "pack",
    "plain",
    "rarity",
    "read_language",
    "sentence_starts",
    "sentences",
    "stem",
    "strip_span",
    "terms",
    "unpack",
    "unsupported_numbers",
    "without_links",
    "words_of",
]

from .counts import count_solid, count_words
from .diversity import diversify
from .language import ENGLISH, Language, language, languages, read_language
from .language_conversations import ConversationRules
from .language_documents import DocumentRules
from .language_questions import AnswerKind, QuestionRules
from .language_summaries import SummaryRules
from .language_words import SentenceRules, WordRules
from .lexemes import lexemes
from .markup import without_links
from .mentions import SourceVocabulary, words_of
from .numbers import Number, number_values, numbers, unsupported_numbers
from .quotes import find_quote
from .rarity import rarity
from .sentences import find_stops, is_complete, sentence_starts, sentences
from .spans import encloses, strip_span
from .split import Splitter
from .tokens import blocks, most_tokens, offsets_of_tokens
from .words import (
    analyse,
    analyser_fingerprint,
    code,
    is_stop_word,
    name_words,
    named_words,
    pack,
    plain,
    stem,
    terms,
    unpack,
)
