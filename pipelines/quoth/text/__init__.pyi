__all__ = [
    "ENGLISH_STOPWORDS",
    "ConversationRules",
    "Language",
    "QuestionRules",
    "SentenceRules",
    "Splitter",
    "SummaryRules",
    "Vocabulary",
    "WordRules",
    "analyse",
    "blocks",
    "code",
    "count_solid",
    "count_words",
    "diversify",
    "encloses",
    "find_quote",
    "language",
    "languages",
    "most_tokens",
    "name_words",
    "named_words",
    "numbers",
    "offsets_of_tokens",
    "pack",
    "plain",
    "read_language",
    "sentences",
    "stem",
    "terms",
    "unpack",
    "unsupported_numbers",
    "without_links",
    "words_of",
]

from .counts import count_solid, count_words
from .diversity import diversify
from .language import Language, language, languages, read_language
from .language_conversations import ConversationRules
from .language_questions import QuestionRules
from .language_summaries import SummaryRules
from .language_words import SentenceRules, WordRules
from .markup import without_links
from .mentions import Vocabulary, words_of
from .numbers import numbers, unsupported_numbers
from .quotes import find_quote
from .sentences import sentences
from .spans import encloses
from .split import Splitter
from .terms import ENGLISH_STOPWORDS, stem, terms
from .tokens import blocks, most_tokens, offsets_of_tokens
from .words import analyse, code, name_words, named_words, pack, plain, unpack
