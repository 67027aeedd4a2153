"""Small embedders with random weights, as sentence-transformers saves them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
WORDS = [f"w{number}" for number in range(60)]
SIZES: dict[str, Any] = {"vocab_size": len(SPECIAL) + len(WORDS), "pad_token_id": 1}
WIDTH, HEADS, LAYERS, INNER, POSITIONS = 32, 4, 3, 48, 200


def config_of(family: str, *, vocab_size: int = SIZES["vocab_size"]) -> Any:
    """Return the configuration of a small model of a family."""
    import transformers

    sizes = {**SIZES, "vocab_size": vocab_size}
    usual: dict[str, Any] = {
        **sizes,
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": POSITIONS,
    }
    match family:
        case "bert":
            return transformers.BertConfig(**usual)
        case "bert-tanh":
            return transformers.BertConfig(**usual, hidden_act="gelu_new")
        case "roberta":
            return transformers.RobertaConfig(**usual, type_vocab_size=1)
        case "xlm-roberta":
            return transformers.XLMRobertaConfig(**usual, type_vocab_size=1)
        case "mpnet":
            return transformers.MPNetConfig(**usual)
        case "distilbert":
            return transformers.DistilBertConfig(
                **sizes,
                dim=WIDTH,
                n_layers=LAYERS,
                n_heads=HEADS,
                hidden_dim=INNER,
                max_position_embeddings=POSITIONS,
            )
        case "modernbert":
            return transformers.ModernBertConfig(
                **usual,
                local_attention=16,
                bos_token_id=0,
                cls_token_id=0,
                eos_token_id=2,
                sep_token_id=2,
            )
        case "nomic-bert":
            return transformers.NomicBertConfig(**usual)
        case "gte":
            return transformers.GteConfig(**usual)
        case "qwen3":
            return transformers.Qwen3Config(**usual, num_key_value_heads=2, head_dim=16)
        case "embedding-gemma":
            return transformers.Gemma3TextConfig(
                **usual,
                num_key_value_heads=1,
                head_dim=12,
                query_pre_attn_scalar=12,
                sliding_window=24,
                layer_types=["sliding_attention", "full_attention", "sliding_attention"],
                use_bidirectional_attention=True,
                bos_token_id=0,
                eos_token_id=2,
            )
        case "electra":
            return transformers.ElectraConfig(**usual, embedding_size=WIDTH)
    raise ValueError(family)


def save_model(
    folder: Path,
    family: str,
    *,
    pooling: str | Sequence[str] = "mean",
    dense: str | None = None,
    dtype: str = "float32",
    prompts: dict[str, str] | None = None,
    default_prompt: str | None = None,
    include_prompt: bool = True,
) -> Path:
    """Save an embedder to a folder, and return the folder.

    `dense` names an activation of torch. Prompts are of words that the tokenizer knows.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules as parts
    from transformers import AutoModel

    model = AutoModel.from_config(config_of(family))
    randomize(model)
    model.to(getattr(torch, dtype)).save_pretrained(folder / "transformer")
    tokenizer().save_pretrained(folder / "transformer")
    modules = [
        parts.Transformer(str(folder / "transformer"), max_seq_length=180),
        parts.Pooling(
            WIDTH,
            pooling if isinstance(pooling, str) else tuple(pooling),
            include_prompt=include_prompt,
        ),
    ]
    if dense:
        inputs = WIDTH * (1 if isinstance(pooling, str) else len(pooling))
        modules.append(parts.Normalize())
        modules.append(parts.Dense(inputs, 24, activation_function=getattr(torch.nn, dense)()))
    saved = folder / "saved"
    SentenceTransformer(
        modules=modules, device="cpu", prompts=prompts, default_prompt_name=default_prompt
    ).save(str(saved), create_model_card=False)
    return saved


def randomize(model: Any) -> None:
    """Give a model random weights, the same ones each time, that make a difference."""
    import torch

    torch.manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(std=0.3)
            if "norm" in name.lower() and name.endswith("weight"):
                parameter.add_(1)


def tokenizer() -> Any:
    """Return a tokenizer that gives each word a token and puts special ones around a text."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = {word: number for number, word in enumerate([*SPECIAL, *WORDS])}
    tokens = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokens.pre_tokenizer = pre_tokenizers.Whitespace()
    tokens.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokens,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
    )
