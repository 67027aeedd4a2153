"""Questions about the collection itself, and those that only look like them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from quoth import Library
from quoth.answer.catalog import Catalog
from quoth.collection import Scope, Store
from quoth.text import language, languages
from quoth.types import Answer, Citation, Document, Heading, Page

LETTER = """---
author: Ada Brandt
date: 2 May 2021
---
# Letter to the mill

The mill on the Orme needs a new wheel. We ask for three offers by June.
"""


@pytest.fixture
def library(sample: str, session_home: Path) -> Iterator[Library]:
    with Library(sample, home=session_home) as library:
        yield library


@pytest.fixture
def letter(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "letter.md").write_text(LETTER)
    with Library("letter", home=tmp_path / "home") as library:
        library.ingest(tmp_path / "letter.md")
        yield library


def told(library: Library, question: str) -> Answer:
    answer = Catalog(library.store).answer(question)
    assert answer is not None, question
    assert (answer.kind, answer.model, answer.timings.calls) == ("answer", "", 0)
    for one in answer.citations:
        page = library.store.page_text(one.source, one.page)
        assert page is not None
        said = page[one.start : one.end]
        *names, row = one.quote.split("\n") if " | " in said else ("", one.quote)
        assert said == one.quote or all(cell in said for cell in row.split(" | ")), names
        assert one.match == "exact"
    return answer


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("How many documents do I have here?", "en"),
        ("What is the number of files in this collection", "en"),
        ("Wie viele Dokumente gibt es in meiner Sammlung?", "de"),
        ("¿Cuántos archivos hay en total?", "es"),
        ("Combien de documents y a-t-il ici ?", "fr"),
        ("我一共有多少个文件？", "zh"),
    ],
)
def test_documents_and_pages_are_counted(library: Library, question: str, code: str) -> None:
    answer = told(library, question)
    documents, pages = len(library.documents()), sum(each.pages for each in library.documents())
    assert str(documents) in answer.text
    assert str(pages) in answer.text
    assert answer.language == code


@pytest.mark.parametrize(
    "question",
    [
        "Which documents are there?",
        "List all my files.",
        "Welche Unterlagen habe ich?",
        "¿Qué documentos tengo?",
        "Quels sont mes documents ?",
        "这里有哪些文档？",
    ],
)
def test_documents_are_listed_by_name_and_title(library: Library, question: str) -> None:
    answer = told(library, question)
    for source in library.documents():
        assert Path(source.path).name in answer.text
        assert source.title in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "Which files talk about the free chlorine?",
        "Welche Dokumente erwähnen den free chlorine?",
        "¿Qué documentos mencionan free chlorine?",
        "Quels documents parlent de free chlorine ?",
        "哪些文档提到 free chlorine？",
    ],
)
def test_documents_that_mention_a_subject_are_shown_with_the_place(
    library: Library, question: str
) -> None:
    answer = told(library, question)
    assert "waterworks-handbook.pdf" in answer.text
    assert "lease" not in answer.text
    assert any("chlorine" in one.quote.lower() for one in answer.citations)


@pytest.mark.parametrize(
    ("question", "pages"),
    [
        ("How many pages does the waterworks handbook have?", "10"),
        ("How many pages are in the-landing.pdf?", "17"),
        ("Wie viele Seiten hat the-landing.pdf?", "17"),
    ],
)
def test_the_pages_of_a_document_are_those_of_its_file(
    library: Library, question: str, pages: str
) -> None:
    assert f": {pages}." in told(library, question).text


@pytest.mark.parametrize(
    "question", ["What is the lease about?", "Worum geht es in lease-unit-6.pdf?"]
)
def test_a_document_is_about_what_its_title_headings_and_first_sentences_say(
    library: Library, question: str
) -> None:
    answer = told(library, question)
    assert "Lease of Unit 6, Tolland Quay" in answer.text
    assert "Repair and alterations" in answer.text
    assert answer.citations[0].quote.startswith("This lease is made between")
    assert len(answer.citations) == 2


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who wrote the letter?", ("Ada Brandt", "2 May 2021")),
        ("Who is the author of this document?", ("Ada Brandt",)),
        ("When was it written?", ("2 May 2021",)),
        ("Wer hat dieses Dokument geschrieben?", ("Ada Brandt",)),
        ("¿Quién escribió este documento?", ("Ada Brandt",)),
        ("Qui a écrit ce document ?", ("Ada Brandt",)),
        ("这份文件的作者是谁？", ("Ada Brandt",)),
        ("What is this document about?", ("needs a new wheel",)),
    ],
)
def test_a_document_that_names_its_author_and_date_is_believed(
    letter: Library, question: str, words: tuple[str, ...]
) -> None:
    text = told(letter, question).text
    assert all(word in text for word in words)


@pytest.mark.parametrize(
    "question",
    [
        "What is the report about?",
        "What does this paper discuss?",
        "Worum geht es in dem Bericht?",
        "De quoi parle ce rapport ?",
        "¿De qué trata este informe?",
        "这份报告是关于什么的？",
        "Di cosa parla questa relazione?",
        "De que trata este relatório?",
        "Waar gaat dit verslag over?",
        "О чём этот отчёт?",
        "O czym jest ten raport?",
        "Vad handlar rapporten om?",
        "この報告書は何について書かれていますか？",
    ],
)
def test_the_kind_of_a_document_names_the_only_one_there_is(letter: Library, question: str) -> None:
    assert "needs a new wheel" in told(letter, question).text


LOOK_ALIKES = (
    "How many documents must the tenant sign?",
    "How many documents does the records officer review each year?",
    "How many files are in a box of the archive?",
    "How many pages may the report to the board have?",
    "How many pages a day does the scanner read?",
    "How many reports are due in March?",
    "Which documents must be kept for ten years?",
    "Which documents does the tenant have to hand over?",
    "Which papers does a visitor have to show?",
    "Which documents mention unicorns?",
    "Which documents mention solar panels and the free chlorine?",
    "What files have to be deleted after a hold?",
    "What reports does the head librarian have to give?",
    "What is the deposit about?",
    "Di cosa parla il canone?",
    "О чём говорит арендатор?",
    "Waar gaat de huurder over?",
    "賃料の内容は何ですか？",
    "What is the report about?",
    "What is the rent?",
    "What is in the schedule?",
    "What does clause 4 deal with?",
    "Who wrote to the landlord?",
    "Who wrote the minutes?",
    "Who is the author of the novel?",
    "When was the bridge built?",
    "When was the policy changed last?",
    "How long is the lease?",
    "List the documents needed for a loan.",
    "Wie viele Dokumente muss der Mieter vorlegen?",
    "Welche Unterlagen braucht der Mieter?",
    "Welche Dokumente sind zehn Jahre aufzubewahren?",
    "Wer hat den Vertrag unterschrieben?",
    "Wovon handelt Ziffer 4?",
    "¿Qué documentos debe entregar el inquilino?",
    "¿Cuántos documentos hay que firmar?",
    "Combien de documents faut-il signer ?",
    "Quels documents faut-il garder ?",
    "租户必须提供多少文件？",
    "合同由谁签署？",
)


@pytest.mark.parametrize("question", LOOK_ALIKES)
def test_a_question_about_a_content_is_left_to_the_documents(
    library: Library, question: str
) -> None:
    assert Catalog(library.store).answer(question) is None


@pytest.mark.parametrize(
    "question", ["What is the report on the bridge about?", "What is the wheel about?"]
)
def test_the_kind_of_a_document_names_it_only_where_nothing_else_is_said(
    letter: Library, question: str
) -> None:
    assert Catalog(letter.store).answer(question) is None


def test_a_scope_limits_what_is_counted_and_named(library: Library) -> None:
    catalog = Catalog(library.store, Scope(formats=("markdown",)))
    answer = catalog.answer("Which documents are there?")
    assert answer is not None
    assert "library-committee-minutes.md" in answer.text
    assert "lease" not in answer.text
    assert catalog.answer("Which documents mention the free chlorine?") is None
    assert catalog.answer("What is the lease about?") is None


def test_the_library_answers_without_loading_a_model(library: Library) -> None:
    parts = list(library.stream("How many documents do I have?"))
    assert isinstance(parts[-1], Answer)
    assert "".join(map(str, parts[:-1])) == parts[-1].text
    assert parts[-1].timings.calls == 0


def test_pages_without_text_are_told_where_a_document_with_some_is_named(tmp_path: Path) -> None:
    pages = (Page(1, "The mill was built in 1782 by Friedrich Hasel."), Page(2, ""), Page(3, ""))
    document = Document("mill.pdf", "Mill", "pdf", pages, unreadable=(2, 3))
    store = Store(tmp_path / "library.sqlite")
    store.put(
        document, [], np.zeros((0, 4), np.float32), hash="a", size=1, mtime_ns=0, embedded_hashes=()
    )
    place = Citation(source="mill.pdf", page=1, quote="The mill", start=0, end=8, match="exact")
    answer = Answer(question="?", kind="excerpt", text="x", citations=(place,), model="")
    (unread,) = Catalog(store).complete(answer).not_read
    assert (unread.count, unread.what, unread.reason) == (2, "pages", "no text")
    assert not Catalog(store).complete(replace(answer, citations=())).not_read
    store.close()


def test_the_heading_of_a_place_is_the_one_above_it(tmp_path: Path) -> None:
    titles = (Heading(0, 1, "Mill"), Heading(5, 2, "Visit"))
    first = Page(1, "Mill Visit Open in May.", headings=titles)
    second = Page(2, "Free. Wheel It turns.", headings=(Heading(6, 2, "Wheel"),))
    document = Document("mill.pdf", "The mill", "pdf", (first, second))
    store = Store(tmp_path / "library.sqlite")
    none = np.zeros((0, 4), np.float32)
    store.put(document, [], none, hash="a", size=1, mtime_ns=0, embedded_hashes=())
    catalog = Catalog(store)

    def heading_of(page: int, start: int) -> str:
        place = Citation(
            source="mill.pdf", page=page, quote="x", start=start, end=start + 1, match="nearest"
        )
        answer = Answer(question="?", kind="declined", text="x", nearest=(place,), model="")
        return catalog.complete(answer).nearest[0].heading

    assert heading_of(1, 0) == "Mill"
    assert heading_of(1, 11) == heading_of(2, 0) == "Mill › Visit"
    assert heading_of(2, 12) == "Mill › Wheel"
    store.close()


@pytest.mark.parametrize("code", languages())
def test_every_form_takes_what_its_answer_needs(code: str) -> None:
    rules = language(code).collections
    for form in ("pages", "author", "date", "about"):
        assert all("document" in each.groupindex for each in getattr(rules, form))
    assert all("subject" in each.groupindex for each in rules.mentions)
    assert all(each.groups == 0 for each in (*rules.count, *rules.contents))
    assert rules.counted.format(documents=2, pages=3)
    assert rules.mentioned.format(subject="x", count=1)
    assert "Repair" in rules.sections.format(headings="Repair")
