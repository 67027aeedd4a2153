"""An embedder that counts letters: a LangChain `Embeddings`, and no more."""

from langchain_core.embeddings import Embeddings


class LetterEmbeddings(Embeddings):
    def __init__(self, letters: str) -> None:
        self.letters = letters

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0 + text.lower().count(letter) for letter in self.letters] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]
