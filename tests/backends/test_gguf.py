from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from quoth.backends.llama.vocabulary import Vocabulary
from quoth.errors import BackendError, ModelNotFoundError
from quoth.weights.find import find_embedded_weights
from quoth.weights.gguf import read_gguf

MARK = "\n__ggml_vocab_test__\n"
VOCABULARIES = ("bert-bge", "gpt-2", "llama-spm", "phi-3")


def test_the_header_says_what_the_model_is() -> None:
    begin = time.process_time()
    found = read_gguf(find_embedded_weights())
    assert time.process_time() - begin < 1.0
    assert found.architecture == "llama"
    assert found.quantization == "Q4_1"
    assert found.layers == 30
    assert found.context_length == 8192
    assert found.parameters == 134515008
    assert 95e6 < found.bytes < 99e6
    assert found.lacking == 0
    assert found.adds_bos is False
    assert (found.token("bos"), found.token("eos")) == ("<|im_start|>", "<|im_end|>")
    assert "im_start" in (found.chat_template or "")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04 a zip", "is not a GGUF file"),
        (b"GGUF" + struct.pack("<IQQ", 9, 0, 0), "version is 9"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 5), "broken"),
        (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 60), "ends in its header"),
        (
            b"GGUF"
            + struct.pack("<IQQ", 3, 0, 1)
            + struct.pack("<Q", 1)
            + b"k"
            + struct.pack("<IIQ", 9, 8, 1 << 50),
            "broken",
        ),
        (b"", "not a GGUF file"),
    ],
)
def test_a_broken_file_is_one_clear_error(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(content)
    with pytest.raises(ModelNotFoundError, match=message):
        read_gguf(file)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="no GGUF file"):
        read_gguf(tmp_path / "nothing.gguf")


def test_the_vocabulary_alone_counts_as_the_whole_model_does(tmp_path: Path) -> None:
    vocabulary = Vocabulary(read_gguf(find_embedded_weights()))
    assert vocabulary.count("<|im_start|>user\nHello there<|im_end|>\n") == 7
    assert vocabulary.count("") == 0
    assert vocabulary.client.adds_bos() is False
    vocabulary.close()


@pytest.mark.parametrize("name", VOCABULARIES)
@pytest.mark.testdata("llama_vocab")
def test_llama_cpps_own_token_vectors(testdata: Path, name: str) -> None:
    file = testdata / "llama_vocab" / f"ggml-vocab-{name}.gguf"
    texts = (file.parent / f"{file.name}.inp").read_text().split(MARK)
    lines = (file.parent / f"{file.name}.out").read_text().split("\n")
    vocabulary = Vocabulary(read_gguf(file))
    try:
        for text, line in zip(texts, lines, strict=False):
            assert vocabulary.client.tokenize(text) == [int(token) for token in line.split()]
    finally:
        vocabulary.close()


def test_a_model_without_a_vocabulary(tmp_path: Path) -> None:
    file = tmp_path / "empty.gguf"
    file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0))
    with pytest.raises(BackendError, match="no vocabulary"):
        Vocabulary(read_gguf(file))
