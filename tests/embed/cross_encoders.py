"""Small cross-encoders with random weights, as their makers save them."""

from __future__ import annotations

from pathlib import Path

from embed.small_models import WIDTH, config_of, randomize, tokenizer


def save_classifier(folder: Path, *, labels: int = 1) -> Path:
    """Save a model as bge-reranker: XLM-R with a head that classifies pairs."""
    from transformers import AutoModelForSequenceClassification

    config = config_of("xlm-roberta")
    config.num_labels = labels
    model = AutoModelForSequenceClassification.from_config(config)
    randomize(model)
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def save_modules(folder: Path) -> Path:
    """Save a model as ettin-reranker: ModernBERT, its first token, and dense layers."""
    import torch
    from sentence_transformers import CrossEncoder
    from sentence_transformers.base.modules import Dense, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import AutoModel

    randomize(model := AutoModel.from_config(config_of("modernbert")))
    model.save_pretrained(folder / "transformer")
    tokenizer().save_pretrained(folder / "transformer")
    none = torch.nn.Identity()
    modules = [
        Transformer(str(folder / "transformer")),
        Pooling(WIDTH, "cls"),
        Dense(WIDTH, WIDTH, activation_function=torch.nn.GELU()),
        Dense(WIDTH, 1, activation_function=none, module_output_name="scores"),
    ]
    CrossEncoder(modules=modules, device="cpu").save_pretrained(str(folder / "saved"))
    return folder / "saved"
