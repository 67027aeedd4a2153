"""LlamaIndex as its documentation has it, run by the peers' Python. Prints JSON in its last line.

SentenceSplitter with its defaults in an ingestion pipeline, a VectorStoreIndex kept on disk, its
query engine, and `tree_summarize`; the same embedder and the same weights as Quoth, on llama.cpp's
own server through LlamaIndex's class for servers of that kind.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from bench.side_llamacpp import serve

warnings.simplefilter("ignore")


def ingest(embedder: str, *files: str) -> None:
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from pypdf import PdfReader

    embedding = _embedding(embedder)
    documents = []
    for file in files:
        if file.endswith(".pdf"):
            documents += [Document(text=page.extract_text()) for page in PdfReader(file).pages]
        else:
            documents.append(Document(text=Path(file).read_text()))
    pipeline = IngestionPipeline(transformations=[SentenceSplitter(), embedding])
    nodes = pipeline.run(documents=documents)
    VectorStoreIndex(nodes, embed_model=embedding).storage_context.persist("llamaindex")
    print(json.dumps({"pages": len(documents), "chunks": len(nodes)}))


def embed(embedder: str, texts: str) -> None:
    chunks, model = json.loads(Path(texts).read_text()), _embedding(embedder)
    model.get_text_embedding_batch(chunks[:1])
    begin = time.perf_counter()
    vectors = model.get_text_embedding_batch(chunks)
    print(json.dumps({"seconds": time.perf_counter() - begin, "chunks": len(vectors)}))


def ask(embedder: str, weights: str, question: str) -> None:
    from llama_index.core import StorageContext, load_index_from_storage

    context = StorageContext.from_defaults(persist_dir="llamaindex")
    index = load_index_from_storage(context, embed_model=_embedding(embedder))
    with serve(weights) as url:
        engine = index.as_query_engine(llm=_model(url), streaming=True)
        for text in engine.query(question).response_gen:
            print(text, end="", flush=True)
    print()


def search(chunks: str, questions: str) -> None:
    """Query its own vector store, filled with random vectors; report the milliseconds."""
    import numpy as np
    from llama_index.core.schema import TextNode
    from llama_index.core.vector_stores import SimpleVectorStore, VectorStoreQuery

    random, store = np.random.default_rng(2), SimpleVectorStore()
    for _ in range(int(chunks) // 1000):
        vectors = random.normal(size=(1000, 384)).tolist()
        store.add([TextNode(text="a text", embedding=vector) for vector in vectors])
    times = []
    for _ in range(int(questions)):
        vector = random.normal(size=384).tolist()
        begin = time.perf_counter()
        store.query(VectorStoreQuery(query_embedding=vector, similarity_top_k=10))
        times.append(1000 * (time.perf_counter() - begin))
    p50, p95 = np.percentile(times, (50, 95))
    print(json.dumps({"p50": p50, "p95": p95}))


def summarize(weights: str, *files: str) -> None:
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.core.response_synthesizers import get_response_synthesizer

    with serve(weights) as url:
        begin, words = time.perf_counter(), 0
        synthesizer = get_response_synthesizer(llm=_model(url), response_mode="tree_summarize")
        for file in files:
            parts = SentenceSplitter().split_text(Path(file).read_text())
            words += len(str(synthesizer.get_response("Summarize the text.", parts)).split())
    print(json.dumps({"seconds": time.perf_counter() - begin, "words": words}))


def _embedding(folder: str) -> Any:
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    return HuggingFaceEmbedding(model_name=folder)


def _model(url: str) -> Any:
    from llama_index.llms.openai_like import OpenAILike

    return OpenAILike(
        model="local",
        api_base=f"{url}/v1",
        api_key="none",
        is_chat_model=True,
        context_window=8192,
        max_tokens=256,
        temperature=0,
    )


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
