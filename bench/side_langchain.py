"""LangChain's documented recipes, run by the peers' Python. Prints JSON in its last line.

Its tutorials have PyPDFLoader, RecursiveCharacterTextSplitter (1000 characters, 200 of overlap),
HuggingFaceEmbeddings, Chroma, a prompt over the four nearest chunks, and `load_summarize_chain`
with `map_reduce`. The model is llama.cpp's own server with its defaults, which is faster to start
than the `LlamaCpp` of the tutorials and answers four calls at once.
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

PROMPT = (
    "You are an assistant for question-answering tasks. Use the following pieces of retrieved "
    "context to answer the question. If you don't know the answer, just say that you don't know. "
    "Use three sentences maximum and keep the answer concise.\n"
    "Question: {question}\nContext: {context}\nAnswer:"
)


def ingest(embedder: str, *files: str) -> None:
    from langchain_chroma import Chroma
    from langchain_community.document_loaders import PyPDFLoader, TextLoader
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    pages = []
    for file in files:
        loader = PyPDFLoader(file) if file.endswith(".pdf") else TextLoader(file)
        pages += loader.load()
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    chunks = splitter.split_documents(pages)
    Chroma.from_documents(
        chunks, HuggingFaceEmbeddings(model_name=embedder), persist_directory="chroma"
    )
    print(json.dumps({"pages": len(pages), "chunks": len(chunks)}))


def embed(embedder: str, texts: str) -> None:
    from langchain_huggingface import HuggingFaceEmbeddings

    chunks, model = json.loads(Path(texts).read_text()), HuggingFaceEmbeddings(model_name=embedder)
    model.embed_documents(chunks[:1])
    begin = time.perf_counter()
    vectors = model.embed_documents(chunks)
    print(json.dumps({"seconds": time.perf_counter() - begin, "chunks": len(vectors)}))


def ask(embedder: str, weights: str, question: str) -> None:
    from langchain_chroma import Chroma
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_huggingface import HuggingFaceEmbeddings

    store = Chroma(
        persist_directory="chroma",
        embedding_function=HuggingFaceEmbeddings(model_name=embedder),
    )
    found = store.similarity_search(question, k=4)
    context = "\n\n".join(document.page_content for document in found)
    messages = ChatPromptTemplate.from_template(PROMPT).invoke(
        {"question": question, "context": context}
    )
    with serve(weights) as url:
        for chunk in _model(url).stream(messages):
            print(chunk.content, end="", flush=True)
    print()


def summarize(weights: str, *files: str) -> None:
    from langchain_classic.chains.summarize import load_summarize_chain
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=3000, chunk_overlap=0)
    with serve(weights) as url:
        begin, words = time.perf_counter(), 0
        chain = load_summarize_chain(_model(url), chain_type="map_reduce")
        for file in files:
            documents = splitter.create_documents([Path(file).read_text()])
            words += len(chain.invoke({"input_documents": documents})["output_text"].split())
    print(json.dumps({"seconds": time.perf_counter() - begin, "words": words}))


def _model(url: str) -> Any:
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        base_url=f"{url}/v1",
        api_key="none",
        model="local",
        temperature=0,
        max_tokens=256,
        custom_get_token_ids=lambda text: list(range(len(text) // 4)),
    )


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
