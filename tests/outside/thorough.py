"""A program of somebody else, which uses every method of the reference under strict types."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any

from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_core.messages import BaseMessage, HumanMessage
from langchain_core.retrievers import BaseRetriever
from pydantic import BaseModel
from quoth import (
    Answer,
    Answerer,
    AsyncLibrary,
    Chunk,
    Citation,
    CollectionRetriever,
    CollectionVectorStore,
    Config,
    Conversation,
    CrossEncoderReranker,
    Document,
    Embedder,
    Guard,
    Hit,
    JournalCache,
    Library,
    LocalModel,
    ModelReranker,
    QuothError,
    Report,
    Scope,
    Splitter,
    Summarizer,
    Summary,
    SummaryJob,
    SummaryOptions,
)
from quoth.collection import Source
from quoth.embed import DelegatingEmbedder
from quoth.errors import MissingExtraError
from quoth.evaluate import (
    Evaluation,
    compare,
    evaluate_answers,
    evaluate_retrieval,
    evaluate_summaries,
    read_questions,
    read_references,
)
from quoth.jobs import JobPlan, JobReport, read_job
from quoth.library import (
    describe_collection,
    export_collection,
    import_collection,
    list_collections,
    remove_collection,
    rename_collection,
)
from quoth.load import LoadOptions
from quoth.models import Description, Piece, Provider, Request
from quoth.prompts import load_prompt, register_condition
from quoth.retrieve import Hits, Question, Searcher
from quoth.types import Timings
from quoth.weights import Installed, Transfer


def keep(library: Library, folder: Path) -> list[Report]:
    """Fill a collection in every way, and keep it in order."""
    documents = [LangChainDocument("The roof leaks.", metadata={"source": "a.pdf", "page": 1})]
    reports = [
        library.add(documents, ids=["1"], replace=True),
        library.adopt(folder, name="old"),
        library.reembed(progress=lambda done, total, what: print(done, total, what)),
    ]
    with library.lock.hold(wait_seconds=1):
        library.index.sync()
    found: list[Source] = library.find_documents("a.pdf")
    library.remove([source.path for source in found])
    library.check_embedder()
    print(library.rebuild(), len(library.verify().problems), library.ingestor)
    stop = Event()
    for report in library.watch(folder, stop=stop):
        stop.set()
        reports.append(report)
    library.close()
    return reports


def move(home: Path, file: Path) -> tuple[str, ...]:
    """Hand a collection on in one file."""
    print(describe_collection(home, "mine").chunks, export_collection(home, "mine", file))
    name: str = import_collection(home, file, name="again")
    rename_collection(home, name, "other")
    remove_collection(home, "other")
    return list_collections(home)


def search(library: Library, retriever: BaseRetriever) -> Answer:
    """Search and answer with other settings, and from another retriever."""
    fewer = library.config.retrieval.model_copy(update={"k": 3})
    searchers: list[Searcher] = [
        library.searcher,
        library.open_searcher(fewer),
        library.searcher_over(retriever),
    ]
    hits: Hits = searchers[0].search("roof", k=2, scope=None)
    look_at(hits[0], hits.question)
    answerers: list[Answerer] = [
        library.answers_from(retriever),
        library.answerer_within(Scope.read(pages=3)),
    ]
    ours: CollectionRetriever = library.as_retriever(k=3, settings=fewer)
    print(len(ours.invoke("roof")), answerers[0].calibration_for(hits).floor_in)
    return answerers[1].invoke("roof")


def look_at(hit: Hit, question: Question) -> None:
    """Print what is known of a hit and of a question."""
    chunk: Chunk = hit.chunk
    print(chunk.name, chunk.document_title, chunk.as_metadata(), hit.as_metadata())
    rare: Mapping[str, int] = question.terms
    print(question.words, rare, question.lexemes, question.stems, question.names)
    print(question.negated, question.vector.shape)


def look_into(scope: Scope, document: Document, citation: Citation) -> list[bool]:
    """Return what holds of a source."""
    print(document.characters)
    inside = [scope.holds("a.pdf"), scope.holds_tags({"project": ["bridge"]}), scope.has_days]
    return [*inside, scope.holds_day("2024-01-31", 0), citation.verified]


async def write(library: AsyncLibrary, documents: Sequence[LangChainDocument]) -> None:
    """Add documents without blocking the loop."""
    report: Report = await library.add(documents)
    print(report)
    await library.close()


async def stream(answerer: Answerer) -> AsyncIterator[str]:
    """Yield the text of an answer."""
    async for part in answerer.astream("When?"):
        if isinstance(part, str):
            yield part


def use_store(store: CollectionVectorStore, home: Path) -> list[LangChainDocument]:
    """Use a collection as any vector store."""
    own: Embeddings = store.embeddings
    made = CollectionVectorStore.from_texts(["a", "b"], own, [{}, {}], collection="t", home=home)
    ids: list[str] = made.add_texts(["c"], ids=["3"])
    ids += made.add_documents([LangChainDocument("d")])
    scored: list[tuple[LangChainDocument, float]] = made.similarity_search_with_score("c", k=1)
    vector = own.embed_query("c")
    found = [
        *made.similarity_search_by_vector(vector, k=1, filter={"page": 1}),
        *made.max_marginal_relevance_search("c", k=1, filter=Scope()),
        *made.max_marginal_relevance_search_by_vector(vector, lambda_mult=0.2),
        *made.get_by_ids(ids),
    ]
    print(made.delete(ids))
    return [document for document, _ in scored] + found


def talk(conversation: Conversation, answerer: Answerer, folder: Path) -> Conversation:
    """Take a conversation up again."""
    print(conversation.id, conversation.dropped)
    again: Conversation = Conversation.resume(answerer, folder, id=conversation.id)
    conversation.forget()
    return again


class Duty(BaseModel):
    """What somebody has to do."""

    who: str
    month: str


def call(model: LocalModel, messages: list[BaseMessage]) -> str:
    """Ask a model in all ways, and about itself."""
    print(model.describe().note, model.short_name, model.family, model.kind, model.address)
    print(model.count_prompt(messages), model.min_prompt_tokens(messages), model.render(messages))
    print(model.answer_budget(messages), model.get_num_tokens("a"), model.get_token_ids("a"))
    print(model.template(), model.template_tokens(), model.token_starts("ab"), model.spell("a"))
    print(model.weights_file(), model.weights_header(), model.placement())
    print(model.is_lc_serializable(), model.lc_attributes, model.reads_text_only)
    model.preload()
    model.reserve()
    called = model.bind_tools([Duty], tool_choice="auto").invoke(messages)
    duty = model.with_structured_output(Duty, include_raw=False).invoke("Anna, in May.")
    model.unload()
    model.close()
    return f"{called.tool_calls} {duty}"


class Echo(LocalModel):
    """A model of one's own."""

    def describe(self) -> Description:
        """Return what is known of the model."""
        return Description(
            name=self.model,
            family="plain",
            kind="chat",
            context_window=4096,
            parallel=1,
            fingerprint="echo-1",
        )

    def count_tokens(self, text: str) -> int:
        """Return a number of tokens."""
        return len(text)

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Yield the last message."""
        yield Piece(text=str(request.messages[-1].text))
        timings = Timings(prompt_tokens=1, generated_tokens=1)
        self.check_read(request, timings)
        yield Piece(timings=timings, finish="stop")


class Echoes(Provider):
    """A backend of one's own."""

    def open(self, name: str) -> LocalModel:
        """Return the model."""
        return Echo(model=f"echo:{name}", settings=self.settings)

    def installed(self) -> Sequence[Installed]:
        """Return no models."""
        return ()


def manage(provider: Provider, config: Config) -> Iterator[Transfer]:
    """Fetch a model, and remove it."""
    print(provider.origin("a"), provider.find("a").bytes, len(provider.installed()))
    print(provider.open_embedder("a", embedding=config.embedding))
    yield from provider.pull("a", insecure=False)
    provider.remove("a")


class Remote(DelegatingEmbedder):
    """An embedder of one's own."""

    def rows(self, texts: list[str], *, query: bool) -> Sequence[Sequence[float]]:
        """Return a vector for each text."""
        return [[1.0, float(query)] for _ in texts]

    @property
    def weights(self) -> str:
        """A name for the weights."""
        return "one"

    @property
    def tokens(self) -> int:
        """The longest text."""
        return 256

    def token_starts(self, text: str) -> Sequence[int]:
        """Return where tokens begin."""
        return range(len(text))


def embed(embedder: Embedder, remote: DelegatingEmbedder) -> list[float]:
    """Embed in all ways."""
    embedder.prepare()
    print(embedder.limit, embedder.query_limit, embedder.engine_name, embedder.address)
    print(embedder.prompts, len(embedder.token_starts("a")), embedder.clip("a"))
    embedder.check_length("a", 1)
    print(embedder.embed(["a"]).shape, embedder.embed_queries(["a"]).shape)
    print(embedder.query_vector("a").dtype, embedder.embed_documents(["a"]))
    print(remote.at_once, remote.probe(), remote.weights, remote.tokens)
    embedder.close()
    return embedder.embed_query("a")


def rank(judge: ModelReranker, encoder: CrossEncoderReranker) -> list[float]:
    """Score texts."""
    return judge.scores("roof", ["a", "b"]) + encoder.scores("roof", ["a", "b"])


def cache(cache: JournalCache) -> None:
    """Use the journal as LangChain does."""
    held = cache.lookup("prompt", "model")
    cache.update("prompt", "model", held or [])
    cache.clear()


def cut(splitter: Splitter, document: Document) -> list[Chunk]:
    """Cut a document within a second."""
    return splitter.split(document, seconds=1.0)


def summarize(summarizer: Summarizer, config: Config) -> tuple[str, ...]:
    """Summarize with other options."""
    options = SummaryOptions.of(config.summarization)
    print(options.words, options.is_named_length)
    summary: Summary = summarizer.with_options(options).invoke("A text.")
    return summary.sources if summary.is_extract else summary.unsupported


def run(file: Path, paths: Sequence[Path], summarizer: Summarizer, library: Library) -> int:
    """Run a job file."""
    job = SummaryJob(summarizer, library.loader(), Path("out"))
    plan: JobPlan = job.plan(paths)
    report: JobReport = job.run(paths)
    print(read_job(file), plan.total.calls, report)
    return report.exit_code


def measure(library: Library, folder: Path) -> list[tuple[str, Any]]:
    """Measure search, answers and summaries."""
    searched = evaluate_retrieval(folder, library.embedder, library.config, limit=10)
    questions = read_questions(folder / "questions.jsonl")
    answered = evaluate_answers(questions, library.answerer, library.store.page_text)
    texts = read_references(folder / "summaries.jsonl")
    summed: Evaluation = evaluate_summaries(texts, library.summarizer(journal=False))
    print(json.dumps(dict(answered.about)), compare(searched, searched).regressions)
    return summed.facts


def keep_private(guard: Guard, config: Config) -> LoadOptions:
    """Look at what may be reached."""
    print(guard.permits("gpu.lan"), guard.permits_listening("127.0.0.1"), config.prompt_folders)
    config.guard.check_address("http://127.0.0.1:8080")
    register_condition("hyde", lambda model: True, load_prompt("hyde"))
    return LoadOptions(passwords=("secret",), ocr=True)


def configured(file: Path) -> Library:
    """Open what a file configures, or say what is missing."""
    try:
        return Library.from_config(file, preset="laptop")
    except MissingExtraError as error:
        print(error.hint)
    except QuothError as error:
        print(error, HumanMessage(error.hint))
    return Library()
