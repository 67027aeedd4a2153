"""Small models with random weights, with the files and conventions of published embedders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embed.small_models import WIDTH, config_of, randomize

QWEN_QUERY = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
)
BGE_QUERY = "Represent this sentence for searching relevant passages: "
LINES = [
    "query: passage: search_query: search_document: title: none | text: task: search result |",
    "The boiler was inspected in May, and its certificate holds for two years.",
    "Der Kessel wurde im Mai geprüft; die Bescheinigung gilt zwei Jahre.",
    "锅炉于五月检查，证书有效期为两年。",
    "Котёл проверили в мае, свидетельство действует два года.",
    BGE_QUERY,
    QWEN_QUERY,
]
PIECES = 400
"""The largest vocabulary of the small tokenizers."""


@dataclass(frozen=True)
class Maker:
    """How a published model is made. `prompts` are those in its own files."""

    name: str
    family: str
    tokenizer: str
    pooling: str
    query: str = ""
    passage: str = ""
    prompts: dict[str, str] | None = None
    dense: bool = False
    normalize: bool = True
    pads_left: bool = False


MAKERS = (
    Maker("multilingual-e5-small", "bert", "unigram", "mean", "query: ", "passage: "),
    Maker("bge-m3", "xlm-roberta", "unigram", "cls"),
    Maker("bge-small-en-v1.5", "bert", "wordpiece", "cls", BGE_QUERY),
    Maker("granite-embedding-97m-multilingual-r2", "modernbert", "bpe", "cls"),
    Maker(
        "Qwen3-Embedding-0.6B",
        "qwen3",
        "bpe",
        "lasttoken",
        QWEN_QUERY,
        prompts={"query": QWEN_QUERY, "document": ""},
        pads_left=True,
    ),
    Maker(
        "snowflake-arctic-embed-m-v2.0",
        "gte",
        "unigram",
        "cls",
        "query: ",
        prompts={"query": "query: "},
    ),
    Maker(
        "nomic-embed-text-v1.5",
        "nomic-bert",
        "wordpiece",
        "mean",
        "search_query: ",
        "search_document: ",
        normalize=False,
    ),
    Maker(
        "mxbai-embed-large-v1",
        "bert",
        "wordpiece",
        "cls",
        BGE_QUERY,
        prompts={"query": BGE_QUERY, "passage": ""},
        normalize=False,
    ),
    Maker("gte-multilingual-base", "gte", "unigram", "cls"),
    Maker(
        "embeddinggemma-300m",
        "embedding-gemma",
        "bpe",
        "mean",
        "task: search result | query: ",
        "title: none | text: ",
        prompts={
            "query": "task: search result | query: ",
            "document": "title: none | text: ",
            "Clustering": "task: clustering | query: ",
        },
        dense=True,
    ),
    Maker("all-mpnet-base-v2", "mpnet", "wordpiece", "mean"),
)


def make_model(folder: Path, maker: Maker) -> Path:
    """Save a small model as a maker would, and return its folder, which has the model's name."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules as parts
    from transformers import AutoModel

    tokenizer = train_tokenizer(maker.tokenizer, pads_left=maker.pads_left)
    config = config_of(maker.family, vocab_size=len(tokenizer))
    randomize(model := AutoModel.from_config(config))
    model.save_pretrained(folder / "transformer")
    tokenizer.save_pretrained(folder / "transformer")
    modules: list[Any] = [
        parts.Transformer(str(folder / "transformer"), max_seq_length=180),
        parts.Pooling(WIDTH, maker.pooling),
    ]
    if maker.dense:
        none = torch.nn.Identity()
        modules.append(parts.Dense(WIDTH, 80, bias=False, activation_function=none))
        modules.append(parts.Dense(80, WIDTH, bias=False, activation_function=none))
    if maker.normalize:
        modules.append(parts.Normalize())
    saved = folder / maker.name
    SentenceTransformer(modules=modules, device="cpu", prompts=maker.prompts).save(
        str(saved), create_model_card=False
    )
    return saved


def train_tokenizer(kind: str, *, pads_left: bool = False) -> Any:
    """Return a small tokenizer: `wordpiece` as BERT's, `unigram` as XLM-R's, `bpe` of bytes."""
    from tokenizers import (
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )
    from transformers import PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer: Any
    if kind == "wordpiece":
        tokens = Tokenizer(models.WordPiece(unk_token="<unk>"))
        tokens.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokens.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        trainer = trainers.WordPieceTrainer(
            vocab_size=PIECES, special_tokens=special, show_progress=False
        )
    elif kind == "unigram":
        tokens = Tokenizer(models.Unigram())
        tokens.normalizer = normalizers.NFKC()
        tokens.pre_tokenizer = pre_tokenizers.Metaspace()
        tokens.decoder = decoders.Metaspace()
        trainer = trainers.UnigramTrainer(
            vocab_size=PIECES, special_tokens=special, unk_token="<unk>", show_progress=False
        )
    else:
        tokens = Tokenizer(models.BPE())
        tokens.normalizer = normalizers.NFC()
        tokens.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokens.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=PIECES,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
    tokens.train_from_iterator(LINES * 3, trainer)
    ends = [("<s>", 0), ("</s>", 2)]
    single = "$A </s>" if pads_left else "<s> $A </s>"
    tokens.post_processor = processors.TemplateProcessing(single=single, special_tokens=ends)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokens,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        padding_side="left" if pads_left else "right",
    )
